// SPDX-License-Identifier: BSD-2-Clause
#include "kernel_counts/tcp_counters.h"

#include "base/read_file.h"
#include "kernel_counts/fields.h"
#include "kernel_counts/sockstat.h"

#include <string>

namespace unfreed {
namespace {

template <class T>
std::optional<T> or_nothing(const Result<T>& value) {
    return value ? std::optional<T>(*value) : std::nullopt;
}

void read_netstat(TcpCounters& counters) {
    const auto text = read_file("/proc/net/netstat");
    if (!text)
        return;
    counters.abort_on_memory = or_nothing(netstat_counter(*text, "TcpExt:", "TCPAbortOnMemory"));
    counters.memory_pressures = or_nothing(netstat_counter(*text, "TcpExt:", "TCPMemoryPressures"));
}

void read_sockstat(TcpCounters& counters) {
    const auto sockstat = Sockstat::read();
    const ProtocolCounts* tcp = sockstat ? sockstat->find("TCP") : nullptr;
    if (tcp == nullptr)
        return;
    counters.orphans = tcp->orphan;
    counters.memory_pages = tcp->mem_pages;
}

void read_limits(TcpCounters& counters) {
    if (const auto text = read_file("/proc/sys/net/ipv4/tcp_mem"))
        counters.memory_limits_pages = or_nothing(parse_tcp_mem(*text));
    if (const auto text = read_file("/proc/sys/net/ipv4/tcp_max_orphans")) {
        std::string_view line = *text;
        line = take_line(line);
        counters.max_orphans = to_number<std::uint64_t>(take_word(line));
    }
}

} // namespace

Result<std::uint64_t> netstat_counter(std::string_view netstat, std::string_view prefix,
                                      std::string_view name) {
    while (!netstat.empty()) {
        std::string_view names = take_line(netstat);
        if (!names.starts_with(prefix))
            continue;
        std::string_view values = take_line(netstat);
        if (!values.starts_with(prefix))
            return fail(Errc::malformed, "netstat: names without values");
        for (;;) {
            const std::string_view word = take_word(names);
            const std::string_view value = take_word(values);
            if (word.empty())
                break;
            if (word != name)
                continue;
            if (const auto number = to_number<std::uint64_t>(value))
                return *number;
            return fail(Errc::malformed, "netstat: no number in " + std::string(name));
        }
    }
    return fail(Errc::not_found, "netstat: no " + std::string(name));
}

Result<std::array<std::uint64_t, 3>> parse_tcp_mem(std::string_view text) {
    std::string_view line = take_line(text);
    std::array<std::uint64_t, 3> limits{};
    for (std::uint64_t& limit : limits) {
        const auto number = to_number<std::uint64_t>(take_word(line));
        if (!number)
            return fail(Errc::malformed, "tcp_mem: three numbers expected");
        limit = *number;
    }
    return limits;
}

TcpCounters TcpCounters::read() {
    TcpCounters counters;
    read_netstat(counters);
    read_sockstat(counters);
    read_limits(counters);
    return counters;
}

} // namespace unfreed
