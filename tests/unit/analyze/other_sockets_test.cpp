// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/other_sockets.h"
#include "support/snapshot_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <map>

namespace unfreed::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Verdict = Inspection::Verdict;

// Answers of a kernel that has these sockets.
class OtherSockets : public testing::Test {
  protected:
    SocketFacts& kernel(std::uint64_t address, std::uint16_t family = AF_UNIX) {
        SocketFacts& socket = kernel_[address].socket;
        kernel_[address].refcount = 1;
        socket.family = family;
        socket.type = SOCK_STREAM;
        socket.state = SocketState::established;
        socket.cookie = address + 1;
        return socket;
    }
    Inspect inspect() {
        return [this](std::span<const InspectRequest> requests) {
            std::vector<Inspection> answers;
            for (const InspectRequest& request : requests) {
                const auto found = kernel_.find(request.key.address);
                answers.push_back(found == kernel_.end()
                                      ? Inspection{Verdict::dead, {}, {}, {}}
                                      : Inspection{Verdict::alive, found->second, {}, {}});
            }
            return answers;
        };
    }
    // A traced socket, as it was read.
    void trace(std::uint64_t address) {
        LiveObject object;
        object.slot.address = address;
        object.slot.birth_ns = 1;
        object.slot.object_class = ObjectClass::socket;
        object.facts = kernel_.at(address);
        snapshot_.objects.push_back(object);
    }
    void list(const std::vector<ListedSocket>& listed) {
        add_other_sockets(snapshot_, inspect(), listed, true,
                          [](const SocketFacts&) { return true; });
    }
    std::vector<std::uint64_t> others(bool pre_attach) const {
        std::vector<std::uint64_t> addresses;
        for (const OtherSocket& other : snapshot_.other_sockets)
            if (other.pre_attach == pre_attach)
                addresses.push_back(other.object.slot.address);
        return addresses;
    }

    std::map<std::uint64_t, ObjectFacts> kernel_;
    Snapshot snapshot_;
};

TEST_F(OtherSockets, OnlyTheSameAreReadAgain) {
    kernel(0x10);
    kernel(0x20).cookie = 5; // another one at its address
    list({{0x10, 0x11, {}}, {0x20, 0x21, {}}, {0x30, 0x31, {}}});
    EXPECT_THAT(others(true), ElementsAre(0x10));
}

TEST_F(OtherSockets, PeersAreReadWhereTheyAreNotKnown) {
    kernel(0x10).peer = 0x20;
    kernel(0x20).peer = 0x10;
    kernel(0x30).peer = 0x40; // both traced
    kernel(0x40).peer = 0x30;
    kernel(0x50).peer = 0x60; // closed, and older
    kernel(0x60).orphan = true;
    for (const std::uint64_t address : {0x10U, 0x30U, 0x40U, 0x50U})
        trace(address);
    add_unix_peers(snapshot_, inspect(), {0x60});
    EXPECT_THAT(others(false), ElementsAre(0x20));
    EXPECT_THAT(others(true), ElementsAre(0x60));
}

// With -p, those of the process are what it holds, and what came to its listeners and is in no
// descriptor: in the queue, in an io_uring, closed and still alive.
TEST_F(OtherSockets, ConnectionsAreOfWhoseListenerTheyCameTo) {
    const auto tcp = [&](std::uint64_t address, std::uint16_t port) -> SocketFacts& {
        SocketFacts& socket = kernel(address, AF_INET);
        socket.protocol = IPPROTO_TCP;
        socket.local = {127, 0, 0, 1};
        socket.local_port = port;
        return socket;
    };
    tcp(0x10, 80).state = SocketState::listen;
    trace(0x10);
    tcp(0x20, 80);
    tcp(0x30, 81);
    tcp(0x40, 80).state = SocketState::listen; // of another process
    const std::vector<ListedSocket> listed{{0x20, 0x21, {}}, {0x30, 0x31, {}}, {0x40, 0x41, {}}};
    add_connections(snapshot_, inspect(), listed);
    EXPECT_THAT(others(true), ElementsAre(0x20));
}

// The peer may have been freed, and its address used again, before it was read.
TEST_F(OtherSockets, APeerIsOneOnlyIfItStillIsAfterwards) {
    kernel(0x10).peer = 0x20;
    kernel(0x30).peer = 0x40;
    for (const std::uint64_t address : {0x10U, 0x30U})
        trace(address);
    kernel(0x20);
    kernel(0x40, AF_INET);
    kernel(0x10).peer = 0;
    add_unix_peers(snapshot_, inspect(), {});
    EXPECT_THAT(snapshot_.other_sockets, IsEmpty());
}

TEST_F(OtherSockets, SaysWhatIsMissing) {
    SocketFacts& closed = kernel(0x10);
    closed.orphan = true;
    trace(0x10);
    const UnknownRelations unknown = unknown_relations(snapshot_);
    EXPECT_THAT(unknown.closed, ElementsAre(0x10));
    EXPECT_FALSE(unknown.listeners);
    SocketFacts peer;
    peer.family = AF_UNIX;
    peer.peer = 0x10;
    EXPECT_TRUE(unknown.concerns(peer));
    peer.peer = 0x11;
    EXPECT_FALSE(unknown.concerns(peer));

    SocketFacts& waiting = kernel(0x20, AF_INET);
    waiting.no_file = true;
    waiting.no_socket = true;
    trace(0x20);
    peer.state = SocketState::listen;
    EXPECT_TRUE(unknown_relations(snapshot_).concerns(peer));
    snapshot_.objects.clear();
    EXPECT_FALSE(unknown_relations(snapshot_).any());
}

// A connection that was accepted between the look at it and that at the descriptors, and one that
// was closed.
TEST_F(OtherSockets, ThoseThatMovedAreReadAgain) {
    SocketFacts& waiting = kernel(0x10, AF_INET);
    waiting.no_file = true;
    waiting.no_socket = true;
    kernel(0x20, AF_INET);
    kernel(0x30, AF_INET);
    kernel(0x40, AF_INET);
    list({{0x10, 0x11, {}}, {0x20, 0x21, {}}, {0x30, 0x31, {}}, {0x40, 0x41, {}}});
    snapshot_.holders =
        HolderIndex({{.address = 0x10, .tgid = 7, .fd = 3}, {.address = 0x40, .tgid = 7, .fd = 4}});
    kernel(0x10, AF_INET).no_file = false;
    kernel_.erase(0x20);
    settle_other_sockets(snapshot_, inspect());
    EXPECT_THAT(others(true), ElementsAre(0x10, 0x30, 0x40));
    EXPECT_FALSE(snapshot_.other_sockets[0].object.facts->socket.no_file);
}

TEST_F(OtherSockets, TheAccusedGetTimeToEnd) {
    SocketFacts& closing = kernel(0x10, AF_INET);
    closing.orphan = true;
    closing.state = SocketState::close;
    closing.protocol = IPPROTO_TCP;
    list({{0x10, 0x11, {}}});
    EXPECT_TRUE(any_other_is_accused(snapshot_));
    kernel_.clear();
    confirm_other_sockets(snapshot_, inspect());
    EXPECT_THAT(snapshot_.other_sockets, IsEmpty());
    EXPECT_FALSE(any_other_is_accused(snapshot_));
}

TEST_F(OtherSockets, AQueueOfAListenerIsLookedAtTwice) {
    for (const std::uint64_t address : {std::uint64_t{0x10}, std::uint64_t{0x20}}) {
        SocketFacts& listener = kernel(address, AF_INET);
        listener.state = SocketState::listen;
        listener.accept_queue = 20;
    }
    list({{0x10, 0x11, {}}, {0x20, 0x21, {}}});
    EXPECT_TRUE(any_other_is_accused(snapshot_));
    kernel_[0x10].socket.accept_queue = 0;
    kernel_[0x20].socket.accept_queue = 30;
    confirm_other_sockets(snapshot_, inspect());
    ASSERT_THAT(others(true), ElementsAre(0x10, 0x20));
    EXPECT_EQ(snapshot_.other_sockets[0].object.facts->socket.accept_queue, 0U);
    EXPECT_EQ(snapshot_.other_sockets[1].object.facts->socket.accept_queue, 20U);
}

TEST_F(OtherSockets, WhatAgreesIsNotReadAgain) {
    kernel(0x10);
    list({{0x10, 0x11, {}}});
    const auto nobody_asks = [](std::span<const InspectRequest>) {
        ADD_FAILURE();
        return std::vector<Inspection>{};
    };
    settle_other_sockets(snapshot_, nobody_asks); // holders are not known
    snapshot_.holders = HolderIndex({{.address = 0x10, .tgid = 7, .fd = 3}});
    settle_other_sockets(snapshot_, nobody_asks);
    EXPECT_THAT(others(true), ElementsAre(0x10));
}

} // namespace
} // namespace unfreed::test
