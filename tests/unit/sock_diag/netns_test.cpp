// SPDX-License-Identifier: BSD-2-Clause
#include "sock_diag/netns.h"

#include <gtest/gtest.h>

namespace unfreed {
namespace {

TEST(Netns, InodeOfALink) {
    EXPECT_EQ(netns_of_link("net:[4026531840]"), 4026531840u);
    EXPECT_EQ(netns_of_link("mnt:[4026531840]"), 0u);
    EXPECT_EQ(netns_of_link("net:[12"), 0u);
    EXPECT_EQ(netns_of_link("net:[x]"), 0u);
    EXPECT_EQ(netns_of_link(""), 0u);
}

TEST(Netns, ThatAreBoundToFiles) {
    const auto found = netns_of_mounts(
        "22 27 0:21 / /proc rw,nosuid - proc proc rw\n"
        "301 26 0:4 net:[4026532288] /run/netns/blue\\040one rw shared:9 - nsfs nsfs rw\n"
        "302 26 0:4 mnt:[4026532299] /run/mnt rw - nsfs nsfs rw\n"
        "303 26 0:4 net:[4026532300] /run/netns/red rw - nsfs nsfs rw");
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].inode, 4026532288u);
    EXPECT_EQ(found[0].path, "/run/netns/blue one");
    EXPECT_EQ(found[1].inode, 4026532300u);
    EXPECT_EQ(found[1].path, "/run/netns/red");
}

TEST(Netns, TheCallersIsTheFirst) {
    const auto found = find_network_namespaces();
    ASSERT_FALSE(found.empty());
    EXPECT_EQ(found[0].path, "/proc/self/ns/net");
    EXPECT_TRUE(found[0].fd);
    for (std::size_t i = 1; i < found.size(); ++i)
        EXPECT_NE(found[i].inode, found[0].inode);
}

} // namespace
} // namespace unfreed
