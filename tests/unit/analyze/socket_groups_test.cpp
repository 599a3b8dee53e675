// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/socket_groups.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <set>

namespace unfreed {
namespace {

ReadSocket socket_of(std::uint64_t address, std::vector<SocketHolder> holders,
                     const std::string& state, std::uint64_t memory = 0) {
    ReadSocket socket;
    socket.listed = {address, address, std::move(holders)};
    socket.facts.inode = address;
    socket.facts.memory_bytes = memory;
    socket.details = {{"family", "inet"}, {"type", "tcp"}, {"state", state}};
    return socket;
}

SocketGroupOptions options() {
    SocketGroupOptions options;
    options.process = [](std::uint32_t tgid) {
        ProcessInfo info;
        info.comm = tgid < 100 ? "nginx" : "python";
        return info;
    };
    return options;
}

TEST(SocketGroups, WorkersOfOneProgramAreOneGroup) {
    const std::vector<ReadSocket> sockets{
        socket_of(1, {{10, 3}}, "CLOSE-WAIT"), socket_of(2, {{11, 3}}, "CLOSE-WAIT"),
        socket_of(3, {{11, 4}}, "CLOSE-WAIT"), socket_of(4, {{11, 5}}, "ESTAB"),
        socket_of(5, {{100, 5}}, "CLOSE-WAIT")};
    const SocketSection section = group_sockets(sockets, options());
    EXPECT_EQ(section.count, 5u);
    ASSERT_EQ(section.groups.size(), 3u);
    EXPECT_EQ(section.groups[0].count, 3u);
    EXPECT_EQ(section.groups[0].state, "CLOSE-WAIT");
    ASSERT_EQ(section.groups[0].processes.size(), 2u);
    EXPECT_EQ(section.groups[0].processes[0].pid, 11u);
    EXPECT_EQ(section.groups[0].processes[0].count, 2u);
    EXPECT_EQ(section.groups[0].processes[0].comm, "nginx");
}

TEST(SocketGroups, MemoryComesFirst) {
    const std::vector<ReadSocket> sockets{
        socket_of(1, {{10, 3}}, "ESTAB"), socket_of(2, {{10, 4}}, "ESTAB"),
        socket_of(3, {{100, 3}}, "ESTAB", 1000), socket_of(4, {{100, 4}}, "ESTAB", 3000),
        socket_of(5, {{100, 5}}, "ESTAB", 2000)};
    SocketGroupOptions two = options();
    two.sockets_per_group = 2;
    two.top = 1;
    const SocketSection section = group_sockets(sockets, two);
    EXPECT_EQ(section.count, 5u);
    EXPECT_EQ(section.memory_bytes, 6000u);
    EXPECT_EQ(section.groups_omitted, 1u);
    ASSERT_EQ(section.groups.size(), 1u);
    EXPECT_EQ(section.groups[0].memory_bytes, 6000u);
    ASSERT_EQ(section.groups[0].sockets.size(), 2u);
    EXPECT_EQ(section.groups[0].sockets[0].address, 4u);
    EXPECT_EQ(section.groups[0].sockets[1].address, 5u);
}

// Two descriptors of one process, or a parent and its child: one socket.
TEST(SocketGroups, ASocketCountsOnceAProcess) {
    const std::vector<ReadSocket> sockets{socket_of(1, {{10, 3}, {10, 4}, {11, 3}}, "ESTAB")};
    const SocketSection section = group_sockets(sockets, options());
    ASSERT_EQ(section.groups.size(), 1u);
    EXPECT_EQ(section.groups[0].count, 1u);
    ASSERT_EQ(section.groups[0].processes.size(), 2u);
    EXPECT_EQ(section.groups[0].processes[0].count, 1u);
    EXPECT_EQ(section.groups[0].sockets[0].holders.size(), 3u);
}

TEST(SocketGroups, SaysWhyNobodyHoldsThem) {
    ReadSocket closed = socket_of(1, {}, "FIN-WAIT-2");
    closed.facts.orphan = true;
    closed.facts.inode = 0;
    ReadSocket waiting = socket_of(2, {}, "ESTAB");
    waiting.facts.inode = 0;
    ReadSocket kernel = waiting;
    kernel.facts.family = AF_NETLINK;
    const std::vector<ReadSocket> sockets{closed, waiting, kernel, socket_of(3, {}, "ESTAB")};
    std::set<std::string> standings;
    for (const SocketGroup& group : group_sockets(sockets, options()).groups) {
        EXPECT_TRUE(group.processes.empty());
        standings.insert(group.standing);
    }
    EXPECT_EQ(standings.size(), 4u);
    EXPECT_TRUE(standings.contains("the kernel's own"));
    EXPECT_TRUE(standings.contains("closed, and still referenced"));
    EXPECT_FALSE(standings.contains(""));
}

} // namespace
} // namespace unfreed
