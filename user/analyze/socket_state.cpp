// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/socket_state.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>

namespace unfreed {

bool is_tcp(const SocketFacts& socket) {
    return (socket.family == AF_INET || socket.family == AF_INET6) &&
           socket.protocol == IPPROTO_TCP;
}

bool is_unix(const SocketFacts& socket) {
    return socket.family == AF_UNIX;
}

bool is_unix_connection(const SocketFacts& socket) {
    return is_unix(socket) && socket.type != SOCK_DGRAM && socket.state == SocketState::established;
}

PeerGone peer_gone(const SocketFacts& socket) {
    if (is_unix_connection(socket) && socket.peer_dead)
        return PeerGone::unix_peer_dead;
    if (!is_tcp(socket))
        return PeerGone::no;
    if (socket.state == SocketState::close_wait)
        return PeerGone::peer_closed;
    // tcp_done() shuts both directions down; a socket that was never connected has neither.
    if (socket.state == SocketState::close && socket.sends_no_more && socket.receives_no_more)
        return PeerGone::connection_over;
    return PeerGone::no;
}

bool is_half_closed(const SocketFacts& socket) {
    if (is_unix_connection(socket))
        return socket.sends_no_more;
    return is_tcp(socket) &&
           (socket.state == SocketState::fin_wait1 || socket.state == SocketState::fin_wait2 ||
            socket.state == SocketState::closing || socket.state == SocketState::last_ack);
}

bool is_of_device(const SocketFacts& socket) {
    return socket.family == AF_UNSPEC;
}

bool is_only_in_flight(const SocketFacts& socket) {
    if (socket.in_descriptor)
        return !*socket.in_descriptor && socket.in_flight != 0;
    return socket.in_flight != 0 && socket.file_refs &&
           socket.in_flight >= static_cast<std::uint64_t>(*socket.file_refs);
}

bool is_in_no_descriptor(const SocketFacts& socket) {
    return socket.in_descriptor && !*socket.in_descriptor && socket.in_flight == 0 &&
           !is_of_device(socket);
}

Hold hold_of(const ObjectFacts& facts) {
    const SocketFacts& socket = facts.socket;
    if (!socket.orphan)
        return socket.linger ? Hold::lingering : Hold::in_close;
    if (is_tcp(socket)) {
        switch (socket.state) {
        case SocketState::fin_wait1:
            return Hold::fin_wait1;
        case SocketState::fin_wait2:
            return Hold::fin_wait2;
        case SocketState::closing:
            return Hold::closing;
        case SocketState::last_ack:
            return Hold::last_ack;
        case SocketState::close:
        case SocketState::unknown:
            break;
        default:
            return Hold::connection;
        }
    }
    if (facts.refcount <= 0)
        return Hold::packets;
    if (socket.timer_runs)
        return Hold::timer;
    if (is_unix(socket))
        return socket.held_by_peer ? Hold::unix_peer : Hold::maybe_unix_peer;
    return Hold::unexplained;
}

std::uint64_t receive_queue_bytes(const SocketFacts& socket) {
    return static_cast<std::uint64_t>(std::max(socket.rmem_alloc, 0));
}

// What a unix socket has sent is charged to it until the peer reads it.
std::uint64_t send_queue_bytes(const SocketFacts& socket) {
    return static_cast<std::uint64_t>(
        std::max(is_tcp(socket) ? socket.wmem_queued : socket.wmem_alloc, 0));
}

bool is_hog(std::uint64_t queue_bytes, std::int32_t limit_bytes) {
    constexpr std::uint64_t kAlways = 1024 * 1024;
    constexpr std::uint64_t kAtLeast = 64 * 1024;
    const auto limit = static_cast<std::uint64_t>(std::max(limit_bytes, 0));
    return queue_bytes > kAlways || (queue_bytes > kAtLeast && queue_bytes > limit / 2);
}

bool may_pass(const ObjectFacts& facts) {
    const SocketFacts& socket = facts.socket;
    if (socket.state == SocketState::listen && socket.accept_queue != 0)
        return true;
    return socket.orphan && hold_of(facts) == Hold::unexplained;
}

SocketFacts seen_twice(const SocketFacts& first, SocketFacts second) {
    second.accept_queue = std::min(first.accept_queue, second.accept_queue);
    return second;
}

} // namespace unfreed
