// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>

namespace unfreed {

// What a trace follows: the whole host, a process that was there (-p), or a command of its own.
enum class TraceMode : std::uint8_t { host, pid, run };

} // namespace unfreed
