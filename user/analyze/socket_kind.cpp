// SPDX-License-Identifier: BSD-2-Clause
// Which step of a socket's end never happened.
#include "analyze/kind.h"
#include "analyze/socket_state.h"

namespace unfreed {
namespace {

// One connection may have come this moment. A queue was looked at twice (seen_twice).
constexpr std::uint32_t kQueueThatTells = 2;

// What the probes alone can tell.
Kind kind_by_stages(const KindInput& input) {
    if (!(input.visible & UF_STAGE_RELEASED) && !input.held_to_the_end)
        return Kind::outstanding;
    const bool released = (input.stages & UF_STAGE_RELEASED) && !input.held_to_the_end;
    return released ? Kind::closed_still_alive : Kind::never_closed;
}

Kind kind_of_closed(const KindInput& input) {
    if (input.held_to_the_end)
        return Kind::never_closed;
    return hold_of(*input.object.facts) == Hold::unexplained ? Kind::closed_unexplained
                                                             : Kind::closed_still_alive;
}

// No program has it yet, or none can get it.
Kind kind_without_file(const SocketFacts& socket) {
    return socket.no_socket && !socket.kernel_made ? Kind::never_accepted : Kind::kernel_socket;
}

Kind kind_of_open(const SocketFacts& socket) {
    const bool in_message = is_only_in_flight(socket);
    if (in_message || is_in_no_descriptor(socket))
        return socket.kernel_made ? Kind::kernel_socket
               : in_message       ? Kind::in_flight
                                  : Kind::no_descriptor;
    // The connections of a listener share its path.
    if (socket.path_deleted && !is_unix_connection(socket))
        return Kind::path_deleted;
    if (socket.state == SocketState::listen)
        return socket.accept_queue >= kQueueThatTells ? Kind::not_accepting : Kind::listener;
    if (peer_gone(socket) != PeerGone::no)
        return Kind::never_closed_peer_gone;
    if (is_half_closed(socket))
        return Kind::half_closed;
    if (receive_queue_is_hog(socket) || send_queue_is_hog(socket))
        return Kind::buffer_hog;
    if (socket.abstract && !is_unix_connection(socket))
        return Kind::abstract_name;
    return Kind::never_closed;
}

} // namespace

Kind socket_kind(const KindInput& input) {
    if (!input.object.facts)
        return kind_by_stages(input);
    const SocketFacts& socket = input.object.facts->socket;
    const bool being_closed = socket.file_refs && *socket.file_refs == 0;
    if (socket.orphan || being_closed)
        return kind_of_closed(input);
    return socket.no_file ? kind_without_file(socket) : kind_of_open(socket);
}

} // namespace unfreed
