// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/connection_owner.h"
#include "analyze/socket_remotes.h"
#include "support/snapshot_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace unfreed::test {
namespace {

class ConnectionOwner : public testing::Test {
  protected:
    // 0: an interrupt made it.
    std::uint64_t add(SocketState state, std::uint32_t tgid, std::uint16_t port = 80) {
        builder_.objects(1, {.tgid = tgid});
        SocketFacts socket;
        socket.family = AF_INET;
        socket.type = SOCK_STREAM;
        socket.protocol = IPPROTO_TCP;
        socket.state = state;
        socket.local = {127, 0, 0, 1};
        socket.local_port = port;
        socket.remote = {127, 0, 0, 1};
        socket.remote_port = next_port_++;
        builder_.snapshot.objects.back().facts = ObjectFacts{1, socket, {}};
        return builder_.snapshot.objects.back().slot.address;
    }
    std::vector<const LiveObject*> connections() const {
        std::vector<const LiveObject*> sockets;
        for (const LiveObject& object : builder_.snapshot.objects)
            if (object.facts->socket.state != SocketState::listen)
                sockets.push_back(&object);
        return sockets;
    }
    std::vector<ReportProcess> owners() const {
        return owners_of_connections(connections(), builder_.snapshot,
                                     SocketRelations(builder_.snapshot));
    }

    SnapshotBuilder builder_;
    std::uint16_t next_port_ = 40'000;
};

TEST_F(ConnectionOwner, IsWhoListensUntilSomebodyHasIt) {
    builder_.process({.tgid = 100, .comm = "master"});
    builder_.snapshot.holder_names[7] = "worker";
    add(SocketState::listen, 100);
    add(SocketState::established, 0);
    const std::uint64_t accepted = add(SocketState::established, 0);
    add(SocketState::established, 0);
    add(SocketState::established, 0, 81); // to a listener that is not known
    builder_.snapshot.holders = HolderIndex({{.address = accepted, .tgid = 7, .fd = 3}});
    const std::vector<ReportProcess> found = owners();
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].comm, "master");
    EXPECT_EQ(found[0].exe, "/bin/leaker");
    EXPECT_EQ(found[0].count, 2U);
    EXPECT_EQ(found[1].pid, 7U);
    EXPECT_EQ(found[1].comm, "worker");
    EXPECT_EQ(found[1].count, 1U);
}

TEST_F(ConnectionOwner, MayBeNobodyThatIsKnown) {
    add(SocketState::established, 0);
    EXPECT_TRUE(owners().empty());
}

TEST_F(ConnectionOwner, RemotesThatHaveAPortEachAreSummedByHost) {
    for (int i = 0; i < 5; ++i)
        add(SocketState::established, 0);
    Remotes remotes = remotes_of(connections());
    ASSERT_EQ(remotes.largest.size(), 1U);
    EXPECT_EQ(remotes.largest[0].address, "127.0.0.1");
    EXPECT_EQ(remotes.largest[0].sockets, 5U);
    // One server that several went to is told with its port.
    next_port_ = 40'000;
    add(SocketState::established, 0);
    remotes = remotes_of(connections());
    EXPECT_EQ(remotes.largest[0].address, "127.0.0.1:40000");
    EXPECT_EQ(remotes.largest[0].sockets, 2U);
}

} // namespace
} // namespace unfreed::test
