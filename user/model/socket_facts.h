// SPDX-License-Identifier: BSD-2-Clause
// What of a socket decides what it is, as it was read when the report was asked for.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace unfreed {

// include/net/tcp_states.h; unix sockets use three of them.
enum class SocketState : std::uint8_t {
    unknown = 0,
    established = 1,
    syn_sent = 2,
    syn_recv = 3,
    fin_wait1 = 4,
    fin_wait2 = 5,
    time_wait = 6,
    close = 7,
    close_wait = 8,
    last_ack = 9,
    listen = 10,
    closing = 11,
};

struct SocketFacts {
    bool orphan = false;      // its program has closed it
    bool no_file = false;     // no file belongs to it (yet, or any more)
    bool no_socket = false;   // no struct socket: not accepted yet, or closed
    bool kernel_made = false; // by kernel code for itself
    bool linger = false;      // SO_LINGER
    bool timer_runs = false;  // which holds a reference on it
    bool rcvbuf_set = false;  // by the program (SO_RCVBUF): the kernel does not tune it
    bool sndbuf_set = false;
    bool bound = false;         // unix: has a name, its own or that of its listener
    bool abstract = false;      // unix: the name is no path
    bool path_deleted = false;  // unix: the path has been unlinked
    bool peer_dead = false;     // unix: its peer has been closed
    bool window_closed = false; // TCP: the peer takes nothing, and is asked now and then
    bool sends_no_more = false;
    bool receives_no_more = false;
    SocketState state = SocketState::unknown;
    std::uint8_t retransmits = 0;
    std::uint16_t family = 0;
    std::uint16_t type = 0;
    std::uint16_t protocol = 0;
    std::uint16_t local_port = 0;
    std::array<std::uint8_t, 16> local{};
    std::uint16_t remote_port = 0; // 0: not connected
    std::array<std::uint8_t, 16> remote{};
    std::uint64_t cookie = 0; // never given twice; 0: nobody has asked for it yet
    std::uint64_t inode = 0;  // 0: it has no file
    std::uint64_t memory_bytes = 0;
    std::uint32_t netns = 0;
    std::uint64_t peer = 0;     // unix: address of the sock it is connected to
    std::uint64_t listener = 0; // unix, not accepted yet: address of its listener, if known
    std::uint64_t name = 0;     // unix: address of its name, which connections share
    std::uint64_t dentry = 0;   // unix: address of the dentry of its path, which it holds
    std::uint64_t in_flight = 0;
    std::optional<std::int64_t> file_refs; // in_flight is a part of it
    std::optional<std::uint64_t> idle_ns;  // TCP: since it last sent or received data
    std::uint32_t accept_queue = 0;
    std::uint32_t accept_queue_max = 0;
    std::int32_t rmem_alloc = 0;
    std::int32_t rcvbuf = 0;
    std::int32_t wmem_alloc = 0; // packets on their way; unix: what the peer has not read
    std::int32_t wmem_queued = 0;
    std::int32_t sndbuf = 0;
    std::uint32_t rcvbuf_max = 0; // how far the kernel may tune them; 0: it does not
    std::uint32_t sndbuf_max = 0;
    std::optional<bool> in_descriptor; // some process has a descriptor of it; nullopt: not known
    bool held_by_peer = false;         // unix, closed: a living socket is connected to it
};

} // namespace unfreed
