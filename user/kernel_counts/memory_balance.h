// SPDX-License-Identifier: BSD-2-Clause
// Where all of the memory is: /proc/meminfo as parts that exclude each other, and what none of them
// accounts for. Pages that kernel code took for itself (alloc_pages) are in no part.
#pragma once

#include "base/result.h"
#include "model/memory.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace unfreed {

// Fails with Errc::malformed unless there are MemTotal and MemFree. What a kernel does not tell is
// a part of 0 bytes. cpu_list_bytes: of pages that are free, but in the lists of a CPU, where
// MemFree does not count them: hundreds of MiB since the lists adapt themselves (6.7).
Result<MemoryBalance> parse_memory_balance(std::string_view meminfo,
                                           std::uint64_t cpu_list_bytes = 0);
// Pages in the lists of all CPUs, by the text of /proc/zoneinfo.
std::uint64_t pages_in_cpu_lists(std::string_view zoneinfo);
// Fails with not_found, permission, io or malformed. Without zoneinfo its pages are unaccounted.
Result<MemoryBalance> read_memory_balance(const std::string& meminfo = "/proc/meminfo",
                                          const std::string& zoneinfo = "/proc/zoneinfo");

} // namespace unfreed
