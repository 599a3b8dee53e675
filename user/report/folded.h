// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "model/report.h"

#include <cstdint>
#include <optional>
#include <string>

namespace unfreed {

// One line a call path, as flamegraph.pl, inferno and speedscope read it: names with semicolons
// between, the outermost first, and a number. Kernel functions end with _[k]. Equal paths are one
// line. Groups of which `number` says nothing, or 0, have none.
std::string to_folded(const Report& report, std::optional<std::uint64_t> (*number)(const Group&));

} // namespace unfreed
