// SPDX-License-Identifier: BSD-2-Clause
// What TCP as a whole says of its memory: /proc/net/netstat and sockstat, and the limits that were
// set. Netstat counts for the network namespace of the reader, the memory is that of the host.
#pragma once

#include "base/result.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace unfreed {

// What could not be read is missing.
struct TcpCounters {
    std::optional<std::uint64_t> abort_on_memory;  // TCPAbortOnMemory, since the namespace was made
    std::optional<std::uint64_t> memory_pressures; // TCPMemoryPressures
    std::optional<std::uint64_t> orphans;
    std::optional<std::uint64_t> max_orphans; // tcp_max_orphans
    std::optional<std::uint64_t> memory_pages;
    std::optional<std::array<std::uint64_t, 3>> memory_limits_pages; // tcp_mem: low, pressure, high

    static TcpCounters read();
};

// One counter of the protocol `prefix` in the text of netstat, which has a line of names and then
// one of values. not_found: there is none.
Result<std::uint64_t> netstat_counter(std::string_view netstat, std::string_view prefix,
                                      std::string_view name);
// "378021	504030	756042"
Result<std::array<std::uint64_t, 3>> parse_tcp_mem(std::string_view text);

} // namespace unfreed
