// SPDX-License-Identifier: BSD-2-Clause
#include "report/humanize.h"
#include "report/text_sockets.h"

#include <fmt/format.h>

#include <vector>

namespace unfreed {
namespace {

using FromTo = TcpReport::FromTo;

// What changes on every host that works is not worth a line.
constexpr std::uint64_t kManyOrphans = 100;
constexpr std::uint64_t kMuchMemory = 16; // one in so many of where pressure begins

std::uint64_t growth(const FromTo& value) {
    return value.start && value.end && *value.end > *value.start ? *value.end - *value.start : 0;
}

bool memory_grew(const TcpReport& tcp) {
    return tcp.memory_limits_bytes &&
           growth(tcp.memory_bytes) >= (*tcp.memory_limits_bytes)[1] / kMuchMemory &&
           growth(tcp.memory_bytes) != 0;
}

} // namespace

std::string tcp_phrase(const TcpReport& tcp) {
    std::vector<std::string> parts;
    const bool short_of_memory =
        tcp.aborted_on_memory.value_or(0) != 0 || tcp.memory_pressures.value_or(0) != 0;
    if (tcp.aborted_on_memory.value_or(0) != 0)
        parts.push_back(
            fmt::format("{} aborted for want of memory (TCPAbortOnMemory)",
                        human_count(*tcp.aborted_on_memory, "connection was", "connections were")));
    if (tcp.memory_pressures.value_or(0) != 0)
        parts.push_back(fmt::format("{} (TCPMemoryPressures)",
                                    human_count(*tcp.memory_pressures, "time under memory pressure",
                                                "times under memory "
                                                "pressure")));
    if (growth(tcp.orphans) >= kManyOrphans)
        parts.push_back(fmt::format("orphans {} to {}", human_count(*tcp.orphans.start),
                                    human_count(*tcp.orphans.end)) +
                        (tcp.max_orphans ? " of at most " + human_count(*tcp.max_orphans) : ""));
    if (tcp.memory_bytes.start && tcp.memory_bytes.end && (short_of_memory || memory_grew(tcp)))
        parts.push_back(fmt::format("memory {} to {}", human_bytes(tcp.memory_bytes.start),
                                    human_bytes(tcp.memory_bytes.end)) +
                        (tcp.memory_limits_bytes
                             ? fmt::format(" (tcp_mem: pressure at {}, at most {})",
                                           human_bytes((*tcp.memory_limits_bytes)[1]),
                                           human_bytes((*tcp.memory_limits_bytes)[2]))
                             : ""));
    return parts.empty() ? std::string() : fmt::format("TCP: {}", fmt::join(parts, "; "));
}

} // namespace unfreed
