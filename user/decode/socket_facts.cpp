// SPDX-License-Identifier: BSD-2-Clause
#include "decode/socket_facts.h"

#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace unfreed {
namespace {

// What the queues hold. Data to send is counted twice: as queued (TCP only) and as handed on.
std::uint64_t memory_of(const uf_inspect_socket& socket) {
    std::uint64_t bytes = 0;
    for (const __s32 part : {socket.rmem_alloc, socket.forward_alloc, socket.omem_alloc,
                             socket.backlog, std::max(socket.wmem_alloc, socket.wmem_queued)})
        bytes += static_cast<std::uint64_t>(std::max(part, 0));
    return bytes;
}

} // namespace

SocketFacts socket_facts(const uf_inspect_socket& socket, std::uint64_t jiffy_ns) {
    constexpr std::uint8_t kReceiveShutdown = 1;
    constexpr std::uint8_t kSendShutdown = 2;
    const auto has = [&](uf_socket_flag flag) { return (socket.flags & flag) != 0; };
    SocketFacts facts;
    facts.no_socket = has(UF_SOCKET_NO_SOCKET);
    facts.kernel_made = has(UF_SOCKET_KERNEL);
    facts.linger = has(UF_SOCKET_LINGER);
    facts.timer_runs = has(UF_SOCKET_TIMER);
    facts.rcvbuf_set = has(UF_SOCKET_RCVBUF_SET);
    facts.sndbuf_set = has(UF_SOCKET_SNDBUF_SET);
    facts.bound = socket.unix_path_bytes > 0;
    facts.abstract = facts.bound && socket.unix_path[0] == '\0';
    facts.path_deleted = has(UF_SOCKET_PATH_DELETED);
    facts.peer_dead = has(UF_SOCKET_PEER_DEAD);
    facts.window_closed = socket.tcp_timer == UF_TCP_TIMER_PROBE;
    facts.receives_no_more = (socket.shutdown & kReceiveShutdown) != 0;
    facts.sends_no_more = (socket.shutdown & kSendShutdown) != 0;
    if (socket.state <= static_cast<std::uint8_t>(SocketState::closing))
        facts.state = static_cast<SocketState>(socket.state);
    facts.retransmits = socket.retransmits;
    facts.cookie = socket.cookie;
    facts.inode = socket.inode;
    facts.memory_bytes = memory_of(socket);
    facts.family = socket.family;
    facts.type = socket.type;
    facts.protocol = socket.protocol;
    facts.local_port = socket.local_port;
    std::memcpy(facts.local.data(), socket.local, facts.local.size());
    facts.remote_port = socket.remote_port;
    std::memcpy(facts.remote.data(), socket.remote, facts.remote.size());
    facts.netns = socket.netns;
    facts.peer = socket.peer;
    facts.listener = socket.listener;
    facts.name = socket.name;
    facts.dentry = socket.dentry;
    facts.in_flight = socket.in_flight;
    if (has(UF_SOCKET_FILE_REFS))
        facts.file_refs = socket.file_refs;
    if (has(UF_SOCKET_CONNECTED))
        facts.idle_ns = std::min(socket.since_received, socket.since_sent) * jiffy_ns;
    // A unix listener has its connections among what it received, and counts no others.
    facts.accept_queue = socket.family == AF_UNIX ? socket.recv_packets : socket.accept_queue;
    facts.accept_queue_max = socket.accept_queue_max;
    facts.rmem_alloc = socket.rmem_alloc;
    facts.rcvbuf = socket.rcvbuf;
    facts.wmem_alloc = socket.wmem_alloc;
    facts.wmem_queued = socket.wmem_queued;
    facts.sndbuf = socket.sndbuf;
    facts.rcvbuf_max = socket.rcvbuf_max;
    facts.sndbuf_max = socket.sndbuf_max;
    return facts;
}

} // namespace unfreed
