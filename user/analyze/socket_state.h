// SPDX-License-Identifier: BSD-2-Clause
// What the facts of a socket mean.
#pragma once

#include "model/inspection.h"

#include <cstdint>

namespace unfreed {

bool is_tcp(const SocketFacts& socket);
bool is_unix(const SocketFacts& socket);
// A unix connection: a stream or seqpacket socket that has a peer. It may have the name of its
// listener.
bool is_unix_connection(const SocketFacts& socket);

// Why an open socket has nothing to wait for any more.
enum class PeerGone : std::uint8_t {
    no,
    peer_closed,     // CLOSE-WAIT: all data can still be read, none will come
    connection_over, // reset, refused, or closed on both sides; the descriptor remains
    unix_peer_dead,
};
PeerGone peer_gone(const SocketFacts& socket);

// True: only shutdown() was called, and the peer has not closed.
bool is_half_closed(const SocketFacts& socket);

// True: its file is in messages only, or in another place that no process can reach by a
// descriptor.
bool is_only_in_flight(const SocketFacts& socket);
// Open, in no descriptor, and in no message that the kernel counts: it counts unix sockets only.
bool is_in_no_descriptor(const SocketFacts& socket);
// Of a device (tun, tap), which has the descriptor.
bool is_of_device(const SocketFacts& socket);

// What keeps a closed socket alive.
enum class Hold : std::uint8_t {
    unexplained, // nothing that is known
    fin_wait1,   // the peer has not acknowledged all data and the FIN
    fin_wait2,   // the peer has not closed
    closing,     // both have closed at once, the last ACK is missing
    last_ack,    // the peer has closed first, the ACK of our FIN is missing
    connection,  // any other state of TCP
    lingering,   // close() itself waits (SO_LINGER)
    in_close,    // close() is at work
    packets,     // packets that it sent are on their way
    unix_peer,   // a unix socket is connected to it
    maybe_unix_peer,
    timer,
    count_,
};
Hold hold_of(const ObjectFacts& facts);

// What is seen of it may be over in a moment: closed, and nothing that is known keeps it; or a
// listener with connections that wait. To be looked at twice.
bool may_pass(const ObjectFacts& facts);
// The second look, and of what passes only what was there at the first one, too.
SocketFacts seen_twice(const SocketFacts& first, SocketFacts second);

// Bytes of memory in the queues of a socket.
std::uint64_t receive_queue_bytes(const SocketFacts& socket);
std::uint64_t send_queue_bytes(const SocketFacts& socket);
// A queue is a hog if it has more than 1 MiB, or more than 64 KiB and half of what it may have.
bool is_hog(std::uint64_t queue_bytes, std::int32_t limit_bytes);
inline bool receive_queue_is_hog(const SocketFacts& socket) {
    return is_hog(receive_queue_bytes(socket), socket.rcvbuf);
}
inline bool send_queue_is_hog(const SocketFacts& socket) {
    return is_hog(send_queue_bytes(socket), socket.sndbuf);
}

} // namespace unfreed
