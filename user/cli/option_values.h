// SPDX-License-Identifier: BSD-2-Clause
// Values of options that are more than a number or a name.
#pragma once

#include "base/result.h"

#include <chrono>
#include <cstdint>
#include <string>

namespace unfreed::cli {

// "500ms", "10s", "2m", "1h", "1.5s"; a plain number means seconds.
Result<std::chrono::nanoseconds> parse_duration(const std::string& text);

// "1/64" is 64; "1" and "1/1" are 1.
Result<std::uint32_t> parse_sample(const std::string& text);

// Of --max-objects.
Result<std::uint32_t> parse_max_objects(const std::string& text);

} // namespace unfreed::cli
