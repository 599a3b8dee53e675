// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/socket_groups.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <map>

namespace unfreed {
namespace {

// Sockets that are listed, each at the address of its number.
class SocketGroups : public testing::Test {
  protected:
    SocketFacts& add(std::uint64_t address, const std::vector<Holder>& holders, SocketState state,
                     std::uint64_t memory = 0) {
        LiveObject object;
        object.slot.address = address;
        object.slot.object_class = ObjectClass::socket;
        ObjectFacts facts{.refcount = 1};
        facts.socket.family = AF_INET;
        facts.socket.type = SOCK_STREAM;
        facts.socket.protocol = IPPROTO_TCP;
        facts.socket.state = state;
        facts.socket.inode = address;
        facts.socket.memory_bytes = memory;
        object.facts = facts;
        snapshot_.other_sockets.push_back({object, true});
        for (Holder holder : holders) {
            holder.address = address;
            holders_.push_back(holder);
        }
        return snapshot_.other_sockets.back().object.facts->socket;
    }

    SocketSection group(std::uint64_t top = 20, std::uint64_t shown = 3) {
        snapshot_.holders = HolderIndex(holders_);
        SocketGroupOptions options;
        options.top = top;
        options.sockets_per_group = shown;
        options.process = [](std::uint32_t tgid) {
            ProcessInfo info;
            info.comm = tgid < 100 ? "nginx" : "python";
            return info;
        };
        std::vector<const LiveObject*> sockets;
        for (const OtherSocket& other : snapshot_.other_sockets)
            sockets.push_back(&other.object);
        return group_sockets(sockets, snapshot_, SocketRelations(snapshot_), options);
    }

    Snapshot snapshot_;
    std::vector<Holder> holders_;
};

Holder held(std::uint32_t tgid, std::uint32_t fd) {
    return {.tgid = tgid, .fd = fd};
}

TEST_F(SocketGroups, WorkersOfOneProgramAreOneGroup) {
    add(1, {held(10, 3)}, SocketState::close_wait);
    add(2, {held(11, 3)}, SocketState::close_wait);
    add(3, {held(11, 4)}, SocketState::close_wait);
    add(4, {held(11, 5)}, SocketState::established);
    add(5, {held(100, 5)}, SocketState::close_wait);
    const SocketSection section = group();
    EXPECT_EQ(section.count, 5u);
    ASSERT_EQ(section.groups.size(), 3u);
    EXPECT_EQ(section.groups[0].count, 3u);
    EXPECT_EQ(section.groups[0].state, "CLOSE-WAIT");
    EXPECT_EQ(section.groups[0].family, "inet");
    EXPECT_EQ(section.groups[0].type, "tcp");
    ASSERT_EQ(section.groups[0].processes.size(), 2u);
    EXPECT_EQ(section.groups[0].processes[0].pid, 11u);
    EXPECT_EQ(section.groups[0].processes[0].count, 2u);
    EXPECT_EQ(section.groups[0].processes[0].comm, "nginx");
    EXPECT_EQ(section.groups[0].held, 3u);
    ASSERT_EQ(section.groups[0].holders.size(), 2u);
    EXPECT_EQ(section.groups[0].holders[0].comm, "nginx");
    EXPECT_EQ(section.groups[0].holders[0].objects, 2u);
    EXPECT_EQ(section.groups[0].holders[0].fds, (std::vector<std::uint32_t>{3, 4}));
}

TEST_F(SocketGroups, MemoryComesFirst) {
    add(1, {held(10, 3)}, SocketState::established);
    add(2, {held(10, 4)}, SocketState::established);
    add(3, {held(100, 3)}, SocketState::established, 1000);
    add(4, {held(100, 4)}, SocketState::established, 3000);
    add(5, {held(100, 5)}, SocketState::established, 2000);
    const SocketSection section = group(1, 2);
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
TEST_F(SocketGroups, ASocketCountsOnceAProcess) {
    add(1, {held(10, 3), held(10, 4), held(11, 3)}, SocketState::established);
    const SocketSection section = group();
    ASSERT_EQ(section.groups.size(), 1u);
    EXPECT_EQ(section.groups[0].count, 1u);
    EXPECT_EQ(section.groups[0].held, 1u);
    ASSERT_EQ(section.groups[0].processes.size(), 2u);
    EXPECT_EQ(section.groups[0].processes[0].count, 1u);
    ASSERT_EQ(section.groups[0].sockets[0].holders.size(), 2u);
    EXPECT_EQ(section.groups[0].sockets[0].holders[0].fds, (std::vector<std::uint32_t>{3, 4}));
}

TEST_F(SocketGroups, KindsAreGroupsOfTheirOwn) {
    add(1, {held(10, 3)}, SocketState::established);
    SocketFacts& full = add(2, {held(10, 4)}, SocketState::established);
    full.rmem_alloc = 2 << 20;
    full.rcvbuf = 4 << 20;
    full.memory_bytes = 2 << 20;
    const SocketSection section = group();
    ASSERT_EQ(section.groups.size(), 2u);
    EXPECT_EQ(section.groups[0].kind, "buffer-hog");
    EXPECT_EQ(section.groups[0].sockets[0].kind, "buffer-hog");
    EXPECT_EQ(section.groups[0].evidence,
              "1 alive; 2048 KiB in receive queues that nobody reads (SO_RCVBUF: 4096 KiB each)");
    EXPECT_TRUE(section.groups[0].advice.starts_with("Read what has come"));
    EXPECT_EQ(section.groups[1].kind, "never-closed");
    EXPECT_EQ(section.groups[1].missing_stage, "released");
}

TEST_F(SocketGroups, SaysWhyNobodyHoldsThem) {
    SocketFacts& closed = add(1, {}, SocketState::fin_wait2);
    closed.orphan = true;
    closed.inode = 0;
    SocketFacts& waiting = add(2, {}, SocketState::established);
    waiting.inode = 0;
    waiting.no_file = true;
    waiting.no_socket = true;
    SocketFacts& kernel = add(3, {}, SocketState::close);
    kernel.inode = 0;
    kernel.no_file = true;
    kernel.family = AF_NETLINK;
    kernel.kernel_made = true;
    add(4, {}, SocketState::established).in_descriptor = false;
    std::map<std::string, std::string> kinds; // by standing
    for (const SocketGroup& one : group().groups) {
        EXPECT_TRUE(one.processes.empty());
        EXPECT_EQ(one.held, 0u);
        kinds[one.standing] = one.kind;
    }
    const std::map<std::string, std::string> expected{
        {"closed, and still referenced", "closed-still-alive"},
        {"without a file: not accepted yet, or the kernel's own", "never-accepted"},
        {"the kernel's own", "kernel-socket"},
        {"open, but in no descriptor of a process", "no-descriptor"}};
    EXPECT_EQ(kinds, expected);
}

TEST_F(SocketGroups, WhoHoldsThemMayBeUnknown) {
    add(1, {}, SocketState::established);
    std::vector<const LiveObject*> sockets{&snapshot_.other_sockets[0].object};
    const SocketSection section =
        group_sockets(sockets, snapshot_, SocketRelations(snapshot_), SocketGroupOptions());
    ASSERT_EQ(section.groups.size(), 1u);
    EXPECT_EQ(section.groups[0].held, std::nullopt);
    EXPECT_EQ(section.groups[0].standing, "");
    EXPECT_EQ(section.groups[0].kind, "never-closed");
}

} // namespace
} // namespace unfreed
