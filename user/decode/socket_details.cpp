// SPDX-License-Identifier: BSD-2-Clause
#include "decode/details.h"
#include "model/socket_names.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

namespace unfreed {
namespace {

std::string address_text(const uf_inspect_socket& socket, const __u8* address, std::uint16_t port) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (::inet_ntop(socket.family, address, text.data(), text.size()) == nullptr)
        return {};
    return socket.family == AF_INET6 ? fmt::format("[{}]:{}", text.data(), port)
                                     : fmt::format("{}:{}", text.data(), port);
}

// Recv-Q and Send-Q as ss(8) has them.
void describe_queues(const uf_inspect_socket& socket, Details& details) {
    constexpr std::uint8_t kListen = 10;
    if (socket.state == kListen) {
        details["accept_queue"] = fmt::format(
            "{} of {}", socket.family == AF_UNIX ? socket.recv_packets : socket.accept_queue,
            socket.accept_queue_max);
        return;
    }
    if (socket.protocol == IPPROTO_TCP && socket.family != AF_UNIX) {
        details["recv_q"] = std::to_string(socket.recv_bytes);
        details["send_q"] = std::to_string(socket.send_bytes);
    }
    if (socket.recv_packets != 0)
        details["recv_packets"] = std::to_string(socket.recv_packets);
}

std::string timer_name(std::uint8_t timer) {
    switch (timer) {
    case UF_TCP_TIMER_RETRANSMIT:
        return "retransmit";
    case UF_TCP_TIMER_PROBE:
        return "window probe";
    case UF_TCP_TIMER_LOSS_PROBE:
        return "loss probe";
    case UF_TCP_TIMER_REORDER:
        return "reordering";
    default:
        return "timer " + std::to_string(timer);
    }
}

void describe_tcp(const uf_inspect_socket& socket, std::uint64_t jiffy_ns, Details& details) {
    const auto ms = [&](std::int64_t ticks) {
        return ticks * static_cast<std::int64_t>(jiffy_ns) / 1'000'000;
    };
    if (socket.tcp_timer != 0)
        details["timer"] =
            fmt::format("{} in {} ms", timer_name(socket.tcp_timer), ms(socket.tcp_timer_in));
    if (socket.retransmits != 0)
        details["retransmits"] = std::to_string(socket.retransmits);
    if (socket.probes != 0)
        details["probes"] = std::to_string(socket.probes);
    if ((socket.flags & UF_SOCKET_CONNECTED) != 0) {
        details["last_received"] = fmt::format("{} ms ago", ms(socket.since_received));
        details["last_sent"] = fmt::format("{} ms ago", ms(socket.since_sent));
    }
}

} // namespace

void describe(const uf_inspect_socket& socket, std::uint64_t jiffy_ns, Details& details) {
    details["family"] = socket_family_name(socket.family);
    details["type"] = socket_type_name(socket.family, socket.type, socket.protocol);
    details["state"] = socket_state_name(socket.state);
    details["netns"] = std::to_string(socket.netns);
    if (socket.inode != 0)
        details["inode"] = std::to_string(socket.inode);
    if (socket.family == AF_INET || socket.family == AF_INET6) {
        details["local"] = address_text(socket, socket.local, socket.local_port);
        details["remote"] = address_text(socket, socket.remote, socket.remote_port);
    }
    if (socket.unix_path_bytes > 0) {
        const auto bytes =
            std::min(static_cast<std::size_t>(socket.unix_path_bytes), sizeof(socket.unix_path));
        std::string path(socket.unix_path, bytes);
        // An abstract name is all its bytes, which ss and /proc/net/unix show like this.
        if (path.front() == '\0')
            std::replace(path.begin(), path.end(), '\0', '@');
        details["path"] = path.substr(0, path.find('\0'));
    }
    details["skmem"] =
        fmt::format("r{},rb{},t{},tb{},f{},w{},o{},bl{},d{}", socket.rmem_alloc, socket.rcvbuf,
                    socket.wmem_alloc, socket.sndbuf, socket.forward_alloc, socket.wmem_queued,
                    socket.omem_alloc, socket.backlog, socket.drops);
    describe_queues(socket, details);
    if (socket.protocol == IPPROTO_TCP && socket.family != AF_UNIX)
        describe_tcp(socket, jiffy_ns, details);
    if ((socket.flags & UF_SOCKET_FILE_REFS) != 0)
        details["file_refs"] = std::to_string(socket.file_refs);
    if (socket.in_flight != 0)
        details["in_flight"] = std::to_string(socket.in_flight);
    if (socket.error != 0)
        details["error"] = std::to_string(socket.error);
}

} // namespace unfreed
