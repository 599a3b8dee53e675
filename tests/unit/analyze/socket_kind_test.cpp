// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/kind.h"
#include "analyze/socket_state.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <functional>

namespace unfreed::test {
namespace {

SocketFacts tcp(SocketState state) {
    SocketFacts socket;
    socket.family = AF_INET;
    socket.type = SOCK_STREAM;
    socket.protocol = IPPROTO_TCP;
    socket.state = state;
    socket.file_refs = 1;
    return socket;
}

SocketFacts unix_socket(int type, SocketState state = SocketState::close) {
    SocketFacts socket;
    socket.family = AF_UNIX;
    socket.type = static_cast<std::uint16_t>(type);
    socket.state = state;
    socket.file_refs = 1;
    return socket;
}

SocketFacts closed(SocketFacts socket) {
    socket.orphan = socket.no_file = socket.no_socket = true;
    socket.file_refs.reset();
    return socket;
}

Kind kind_of_facts(const SocketFacts& socket, std::int32_t refcount = 1, std::uint32_t stages = 0,
                   bool held_to_the_end = false) {
    LiveObject object;
    object.slot.object_class = ObjectClass::socket;
    object.facts = ObjectFacts{refcount, socket, {}};
    return kind_of({object, stages, UF_STAGE_MASK, held_to_the_end});
}

TEST(SocketKind, AnOpenOneWasNeverClosed) {
    EXPECT_EQ(kind_of_facts(tcp(SocketState::established)), Kind::never_closed);
    EXPECT_EQ(kind_of_facts(tcp(SocketState::close)), Kind::never_closed); // never connected
    EXPECT_EQ(kind_of_facts(unix_socket(SOCK_DGRAM)), Kind::never_closed);
    SocketFacts udp = tcp(SocketState::close);
    udp.protocol = IPPROTO_UDP;
    udp.sends_no_more = udp.receives_no_more = true;
    EXPECT_EQ(kind_of_facts(udp), Kind::never_closed);
}

TEST(SocketKind, ThePeerMayBeGone) {
    EXPECT_EQ(kind_of_facts(tcp(SocketState::close_wait)), Kind::never_closed_peer_gone);
    SocketFacts over = tcp(SocketState::close);
    over.sends_no_more = true;
    EXPECT_EQ(kind_of_facts(over), Kind::never_closed);
    over.receives_no_more = true;
    EXPECT_EQ(kind_of_facts(over), Kind::never_closed_peer_gone);
    EXPECT_EQ(peer_gone(over), PeerGone::connection_over);
    SocketFacts half = unix_socket(SOCK_STREAM, SocketState::established);
    half.peer_dead = true;
    EXPECT_EQ(kind_of_facts(half), Kind::never_closed_peer_gone);
    // Datagram sockets can be given another peer.
    half.type = SOCK_DGRAM;
    EXPECT_EQ(kind_of_facts(half), Kind::never_closed);
}

TEST(SocketKind, ShutdownIsNotClose) {
    EXPECT_EQ(kind_of_facts(tcp(SocketState::fin_wait1)), Kind::half_closed);
    EXPECT_EQ(kind_of_facts(tcp(SocketState::fin_wait2)), Kind::half_closed);
    SocketFacts half = unix_socket(SOCK_SEQPACKET, SocketState::established);
    half.sends_no_more = true;
    EXPECT_EQ(kind_of_facts(half), Kind::half_closed);
}

TEST(SocketKind, WhatNobodyAcceptedHasNoStructSocket) {
    SocketFacts child = tcp(SocketState::close_wait);
    child.no_file = child.no_socket = true;
    child.file_refs.reset();
    EXPECT_EQ(kind_of_facts(child), Kind::never_accepted);
    SocketFacts embryo = unix_socket(SOCK_STREAM, SocketState::established);
    embryo.no_file = embryo.no_socket = true;
    EXPECT_EQ(kind_of_facts(embryo), Kind::never_accepted);
    // Of the kernel itself: no file, but a struct socket.
    child.no_socket = false;
    EXPECT_EQ(kind_of_facts(child), Kind::kernel_socket);
}

TEST(SocketKind, InFlightIfMessagesHaveAllReferences) {
    SocketFacts socket = unix_socket(SOCK_DGRAM);
    socket.in_flight = 1;
    EXPECT_EQ(kind_of_facts(socket), Kind::in_flight);
    socket.file_refs = 2; // its sender has it open
    EXPECT_EQ(kind_of_facts(socket), Kind::never_closed);
    socket.in_flight = 2;
    EXPECT_EQ(kind_of_facts(socket), Kind::in_flight);
    socket.file_refs.reset();
    EXPECT_EQ(kind_of_facts(socket), Kind::never_closed);
}

TEST(SocketKind, InNoDescriptorIsInFlightIfAMessageHasIt) {
    SocketFacts sent = unix_socket(SOCK_DGRAM);
    sent.in_flight = 1;
    sent.file_refs = 2; // read while it was handed over
    sent.in_descriptor = false;
    EXPECT_EQ(kind_of_facts(sent), Kind::in_flight);
    // The kernel counts messages with unix sockets only, and an io_uring has no descriptor either.
    SocketFacts udp = tcp(SocketState::close);
    udp.protocol = IPPROTO_UDP;
    udp.in_descriptor = false;
    EXPECT_EQ(kind_of_facts(udp), Kind::no_descriptor);
    udp.kernel_made = true; // the kernel gives some of its own a file (NFS)
    EXPECT_EQ(kind_of_facts(udp), Kind::kernel_socket);
    // A process has taken it out of the message since.
    SocketFacts socket = unix_socket(SOCK_DGRAM);
    socket.in_flight = 1;
    socket.in_descriptor = true;
    EXPECT_EQ(kind_of_facts(socket), Kind::never_closed);
}

TEST(SocketKind, ThatOfADeviceIsHeldByTheDevice) {
    SocketFacts tun;
    tun.in_descriptor = false;
    EXPECT_EQ(kind_of_facts(tun), Kind::never_closed);
}

TEST(SocketKind, ListenersAndNames) {
    EXPECT_EQ(kind_of_facts(tcp(SocketState::listen)), Kind::listener);
    SocketFacts listener = unix_socket(SOCK_STREAM, SocketState::listen);
    listener.bound = listener.abstract = true;
    EXPECT_EQ(kind_of_facts(listener), Kind::listener);
    listener.abstract = false;
    listener.path_deleted = true;
    EXPECT_EQ(kind_of_facts(listener), Kind::path_deleted);
    SocketFacts busy = tcp(SocketState::listen);
    busy.accept_queue = 1; // may have come this moment
    EXPECT_EQ(kind_of_facts(busy), Kind::listener);
    busy.accept_queue = 2;
    EXPECT_EQ(kind_of_facts(busy), Kind::not_accepting);
    SocketFacts bound = unix_socket(SOCK_DGRAM);
    bound.bound = bound.abstract = true;
    EXPECT_EQ(kind_of_facts(bound), Kind::abstract_name);
    // A connection has the name of its listener.
    SocketFacts accepted = unix_socket(SOCK_STREAM, SocketState::established);
    accepted.bound = accepted.path_deleted = true;
    EXPECT_EQ(kind_of_facts(accepted), Kind::never_closed);
}

TEST(SocketKind, HogsHaveMuchOfWhatTheyMayHave) {
    SocketFacts socket = tcp(SocketState::established);
    socket.rcvbuf = socket.sndbuf = 200'000;
    socket.rmem_alloc = socket.wmem_queued = 100'000;
    EXPECT_EQ(kind_of_facts(socket), Kind::never_closed);
    socket.rmem_alloc = 100'001;
    EXPECT_EQ(kind_of_facts(socket), Kind::buffer_hog);
    socket.rmem_alloc = 0;
    socket.wmem_queued = 100'001;
    EXPECT_EQ(kind_of_facts(socket), Kind::buffer_hog);
    // Little is no hog, however small the limit; a MiB is one, however large.
    EXPECT_FALSE(is_hog(64 * 1024, 2304));
    EXPECT_TRUE(is_hog(64 * 1024 + 1, 2304));
    EXPECT_FALSE(is_hog(1024 * 1024, 16 * 1024 * 1024));
    EXPECT_TRUE(is_hog(1024 * 1024 + 1, 16 * 1024 * 1024));
    socket.rmem_alloc = -5;
    EXPECT_EQ(receive_queue_bytes(socket), 0U);
}

TEST(SocketKind, AClosedOneHasAReasonToLive) {
    const auto hold = [](const SocketFacts& socket, std::int32_t refcount = 1) {
        return hold_of({refcount, socket, {}});
    };
    EXPECT_EQ(hold(closed(tcp(SocketState::fin_wait1))), Hold::fin_wait1);
    EXPECT_EQ(hold(closed(tcp(SocketState::fin_wait2))), Hold::fin_wait2);
    EXPECT_EQ(hold(closed(tcp(SocketState::last_ack))), Hold::last_ack);
    EXPECT_EQ(hold(closed(tcp(SocketState::closing))), Hold::closing);
    EXPECT_EQ(hold(closed(tcp(SocketState::established))), Hold::connection);
    EXPECT_EQ(hold(closed(tcp(SocketState::close)), 0), Hold::packets);
    SocketFacts timer = closed(tcp(SocketState::close));
    timer.timer_runs = true;
    EXPECT_EQ(hold(timer), Hold::timer);
    SocketFacts peer = closed(unix_socket(SOCK_STREAM));
    EXPECT_EQ(hold(peer), Hold::maybe_unix_peer);
    peer.held_by_peer = true;
    EXPECT_EQ(hold(peer), Hold::unix_peer);
    EXPECT_EQ(kind_of_facts(peer), Kind::closed_still_alive);
    SocketFacts lingering = tcp(SocketState::fin_wait1);
    lingering.file_refs = 0;
    EXPECT_EQ(hold(lingering), Hold::in_close);
    lingering.linger = true;
    EXPECT_EQ(hold(lingering), Hold::lingering);
    EXPECT_EQ(kind_of_facts(lingering), Kind::closed_still_alive);
}

TEST(SocketKind, AReferenceThatNothingAccountsFor) {
    EXPECT_EQ(kind_of_facts(closed(tcp(SocketState::close))), Kind::closed_unexplained);
    EXPECT_EQ(kind_of_facts(closed(tcp(SocketState::close)), 0), Kind::closed_still_alive);
    // The exit has closed it a moment ago: until then it was open.
    EXPECT_EQ(kind_of_facts(closed(tcp(SocketState::close)), 1, 0, true), Kind::never_closed);
}

TEST(SocketKind, EveryKindHasItsRow) {
    for (unsigned i = 0; i < static_cast<unsigned>(Kind::count_); ++i) {
        const auto kind = static_cast<Kind>(i);
        EXPECT_EQ(row_of(kind).kind, kind);
        EXPECT_FALSE(row_of(kind).name.empty());
    }
}

} // namespace
} // namespace unfreed::test
