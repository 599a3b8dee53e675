// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/revalidate.h"
#include "analyze/socket_evidence.h"
#include "support/analyze_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace unfreed::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

SocketFacts tcp(SocketState state, std::uint16_t port = 0) {
    SocketFacts socket;
    socket.family = AF_INET;
    socket.type = SOCK_STREAM;
    socket.protocol = IPPROTO_TCP;
    socket.state = state;
    socket.local = {127, 0, 0, 1};
    socket.local_port = port;
    return socket;
}

SocketFacts unix_socket(SocketState state) {
    SocketFacts socket;
    socket.family = AF_UNIX;
    socket.type = SOCK_STREAM;
    socket.state = state;
    return socket;
}

// Sockets of process 100 with these facts.
class Sockets : public testing::Test {
  protected:
    Sockets() { builder_.process({.comm = "server"}).origin({}); }

    LiveObject& add(const SocketFacts& facts, std::int32_t refcount = 1) {
        builder_.objects(1, {});
        builder_.snapshot.objects.back().facts = ObjectFacts{refcount, facts, {}};
        return builder_.snapshot.objects.back();
    }

    // Of all sockets but the listeners.
    std::vector<std::string> evidence(Kind kind) const {
        std::vector<const LiveObject*> objects;
        for (const LiveObject& object : builder_.snapshot.objects)
            if (!object.facts || object.facts->socket.state != SocketState::listen)
                objects.push_back(&object);
        return socket_evidence(kind, objects, SocketRelations(builder_.snapshot),
                               builder_.snapshot.one_in);
    }

    SnapshotBuilder builder_;
};

using SocketEvidence = Sockets;

TEST_F(SocketEvidence, SaysHowLongNothingCame) {
    SocketFacts socket = tcp(SocketState::close_wait);
    socket.idle_ns = 3 * kSecond;
    socket.rmem_alloc = 500;
    add(socket);
    EXPECT_THAT(evidence(Kind::never_closed), ElementsAre("idle for 3.0 s"));
    socket.idle_ns = 3 * kSecond + 1'000'000; // reads the same
    add(socket);
    EXPECT_EQ(evidence(Kind::never_closed).front(), "idle for 3.0 s");
    builder_.snapshot.objects.pop_back();
    socket.idle_ns = 70 * kSecond;
    add(socket);
    EXPECT_THAT(evidence(Kind::never_closed_peer_gone),
                ElementsAre("2 in CLOSE-WAIT: the peer has closed", "idle for 3.0 s to 70 s",
                            "1000 bytes in receive queues that nobody reads"));
}

TEST_F(SocketEvidence, NamesTheListenerAndItsOwner) {
    SocketFacts listener = tcp(SocketState::listen, 80);
    listener.accept_queue = 2;
    listener.accept_queue_max = 128;
    add(listener);
    add(tcp(SocketState::established, 80));
    EXPECT_THAT(evidence(Kind::never_accepted),
                ElementsAre("1 waits at 127.0.0.1:80 of server[100], 2 in a queue of at most 128"));
    // Another namespace, another port: other listeners.
    SocketFacts elsewhere = tcp(SocketState::established, 80);
    elsewhere.netns = 5;
    builder_.snapshot.objects.back().facts->socket = elsewhere;
    EXPECT_THAT(evidence(Kind::never_accepted),
                ElementsAre("1 waits at 127.0.0.1:80, whose listener is not known"));
}

TEST_F(SocketEvidence, FindsListenersOfAnyAddress) {
    SocketFacts listener = tcp(SocketState::listen, 80);
    listener.local = {};
    add(listener);
    add(tcp(SocketState::established, 80));
    EXPECT_THAT(evidence(Kind::never_accepted),
                ElementsAre("1 waits at 0.0.0.0:80 of server[100], 0 in a queue of at most 0"));
    add(listener);
    EXPECT_THAT(evidence(Kind::never_accepted),
                ElementsAre("1 waits at one of 2 listeners, the first 0.0.0.0:80 of server[100], "
                            "0 in a queue of at most 0"));
}

TEST_F(SocketEvidence, FindsUnixListenersByAddressOrName) {
    SocketFacts listener = unix_socket(SocketState::listen);
    listener.name = 0x50;
    const std::uint64_t address = add(listener).slot.address;
    SocketFacts embryo = unix_socket(SocketState::established);
    embryo.name = 0x50;
    LiveObject& child = add(embryo);
    const auto known =
        ElementsAre("1 waits at a unix listener of server[100], 0 in a queue of at most 0");
    EXPECT_THAT(evidence(Kind::never_accepted), known);
    child.facts->socket.name = 0;
    child.facts->socket.listener = address;
    EXPECT_THAT(evidence(Kind::never_accepted), known);
}

TEST_F(SocketEvidence, SaysWhatKeepsClosedOnes) {
    SocketFacts socket = tcp(SocketState::fin_wait1);
    socket.orphan = true;
    socket.retransmits = 3;
    socket.wmem_queued = 20 * 1024;
    add(socket);
    add(socket);
    socket.state = SocketState::fin_wait2;
    socket.retransmits = 0;
    socket.wmem_queued = 0;
    add(socket);
    EXPECT_THAT(evidence(Kind::closed_still_alive),
                ElementsAre("2 in FIN-WAIT-1: the peer has not acknowledged everything",
                            "1 in FIN-WAIT-2: the peer has not closed", "2 retransmitting",
                            "40 KiB in send queues that the peer has not taken"));
}

TEST_F(SocketEvidence, SaysWhatACloseWaitsFor) {
    SocketFacts socket = tcp(SocketState::fin_wait1);
    socket.file_refs = 0;
    socket.linger = true;
    socket.window_closed = true;
    add(socket);
    EXPECT_THAT(evidence(Kind::closed_still_alive),
                ElementsAre("1 in close(), which waits until all is sent (SO_LINGER)",
                            "1 whose peer takes nothing more (closed window)"));
}

// Of a socket that is not followed its holder is the owner.
TEST_F(SocketEvidence, NamesSocketsOutsideOfTheTrace) {
    builder_.snapshot.holder_names[7] = "nginx";
    builder_.snapshot.holders =
        HolderIndex({{.address = 0x1, .tgid = 7, .fd = 3}, {.address = 0x2, .tgid = 7, .fd = 4}});
    const auto add_other = [&](std::uint64_t address, const SocketFacts& facts) {
        LiveObject object;
        object.slot.address = address;
        object.slot.object_class = ObjectClass::socket;
        object.facts = ObjectFacts{1, facts, {}};
        builder_.snapshot.other_sockets.push_back({object, false});
    };
    SocketFacts listener = tcp(SocketState::listen, 80);
    listener.accept_queue = 1;
    listener.accept_queue_max = 5;
    add_other(0x1, listener);
    add(tcp(SocketState::established, 80));
    EXPECT_THAT(evidence(Kind::never_accepted),
                ElementsAre("1 waits at 127.0.0.1:80 of nginx[7], 1 in a queue of at most 5"));
    builder_.snapshot.objects.clear();
    SocketFacts half = unix_socket(SocketState::close);
    half.orphan = true;
    SocketFacts open = unix_socket(SocketState::established);
    open.peer = add(half).slot.address;
    EXPECT_THAT(evidence(Kind::closed_still_alive),
                ElementsAre("1 that a unix socket may hold which was not found"));
    add_other(0x2, open);
    note_living_peers(builder_.snapshot);
    EXPECT_THAT(evidence(Kind::closed_still_alive),
                ElementsAre("1 held by the unix socket at their other end, which is open",
                            "the other end is that of nginx[7]"));
}

TEST_F(SocketEvidence, SaysToWhomCameWhatIsInNoDescriptor) {
    add(tcp(SocketState::listen, 80));
    for (int i = 0; i < 3; ++i)
        add(tcp(SocketState::established, 80));
    EXPECT_THAT(evidence(Kind::no_descriptor),
                ElementsAre("3 in no descriptor of any process: in requests of an io_uring, in "
                            "messages (SCM_RIGHTS), or used by the kernel",
                            "3 came to 127.0.0.1:80 of server[100]"));
    EXPECT_THAT(evidence(Kind::in_flight),
                ElementsAre("3 in messages (SCM_RIGHTS) that nobody has received"));
}

TEST_F(SocketEvidence, SaysWhereConnectionsWaitAndThatTheirPeersHaveClosed) {
    SocketFacts listener = tcp(SocketState::listen, 80);
    listener.accept_queue = 2;
    listener.accept_queue_max = 9;
    const LiveObject& object = add(listener);
    EXPECT_THAT(
        socket_evidence(Kind::not_accepting, {&object}, SocketRelations(builder_.snapshot), 1),
        ElementsAre("2 connections wait for accept() at 127.0.0.1:80, of 9 at most"));
    add(tcp(SocketState::close_wait, 80));
    EXPECT_THAT(evidence(Kind::never_accepted),
                ElementsAre("1 waits at 127.0.0.1:80 of server[100], 2 in a queue of at most 9",
                            "1 in CLOSE-WAIT: the peer has closed"));
}

TEST_F(SocketEvidence, CountsReferencesOfTheUnexplained) {
    SocketFacts socket = tcp(SocketState::close);
    socket.orphan = true;
    add(socket, 1);
    EXPECT_THAT(evidence(Kind::closed_unexplained),
                ElementsAre("1 reference each that no timer, packet or connection accounts for"));
    add(socket, 3);
    EXPECT_THAT(
        evidence(Kind::closed_unexplained),
        ElementsAre("1 to 3 references each that no timer, packet or connection accounts for"));
}

TEST_F(SocketEvidence, SaysWhatBoundsTheQueues) {
    SocketFacts socket = tcp(SocketState::established);
    socket.rmem_alloc = 3 * 1024 * 1024;
    socket.rcvbuf = 4 * 1024 * 1024;
    socket.rcvbuf_max = 16 * 1024 * 1024;
    add(socket);
    EXPECT_THAT(
        evidence(Kind::buffer_hog),
        ElementsAre("3072 KiB in receive queues that nobody reads (SO_RCVBUF: now 4096 KiB each; "
                    "the kernel tunes it up to 16 MiB, tcp_rmem)"));
    builder_.snapshot.objects.back().facts->socket.rcvbuf_set = true;
    EXPECT_THAT(
        evidence(Kind::buffer_hog),
        ElementsAre("3072 KiB in receive queues that nobody reads (SO_RCVBUF set by the program: "
                    "4096 KiB each)"));
}

TEST_F(SocketEvidence, SaysNothingOfWhatWasNotRead) {
    builder_.objects(1, {});
    EXPECT_THAT(evidence(Kind::never_closed), IsEmpty());
    builder_.snapshot.objects.clear();
    builder_.objects(1, {.object_class = ObjectClass::dentry});
    builder_.snapshot.objects.back().facts = ObjectFacts{};
    EXPECT_THAT(evidence(Kind::pinned), IsEmpty());
}

TEST_F(SocketEvidence, ALivingPeerExplainsAClosedSocket) {
    SocketFacts half = unix_socket(SocketState::close);
    half.orphan = true;
    const std::uint64_t address = add(half).slot.address;
    SocketFacts open = unix_socket(SocketState::established);
    open.peer = address;
    add(open);
    note_living_peers(builder_.snapshot);
    EXPECT_TRUE(builder_.snapshot.objects[0].facts->socket.held_by_peer);
    EXPECT_FALSE(builder_.snapshot.objects[1].facts->socket.held_by_peer);
    builder_.snapshot.objects.pop_back();
    note_living_peers(builder_.snapshot);
    EXPECT_FALSE(builder_.snapshot.objects[0].facts->socket.held_by_peer);
}

} // namespace
} // namespace unfreed::test
