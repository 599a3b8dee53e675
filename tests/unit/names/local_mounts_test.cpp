// SPDX-License-Identifier: BSD-2-Clause
#include "names/local_mounts.h"

#include <gtest/gtest.h>
#include <sys/sysmacros.h>

#include <string>

namespace unfreed::names {
namespace {

constexpr std::string_view kText = "22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/root rw\n"
                                   "40 22 0:50 / /mnt/a\\040b rw - fuse.sshfs x rw\n"
                                   "41 22 0:51 / /mnt/n rw - nfs4 server:/ rw\n"
                                   "42 22 8:1 / /mnt/w rw - fuseblk /dev/sda1 rw\n"
                                   "not a mount\n"
                                   "43 22 0:52 / /tmp rw - tmpfs tmpfs rw\n"
                                   "44 22 0:53 / /z rw - ext4.but_not_quite none rw\n"
                                   "45 22 99999999999999999999:1 / /y rw - ext4 none rw\n";

bool local(const bool* known) {
    return known != nullptr && *known;
}

TEST(LocalMounts, AreThoseThatNeedNobodyElse) {
    LocalMounts mounts;
    mounts.add(kText);
    EXPECT_TRUE(local(mounts.by_mount(22)));
    EXPECT_TRUE(local(mounts.by_device(gnu_dev_makedev(254, 0))));
    EXPECT_TRUE(local(mounts.by_mount(43)));
    for (const std::uint64_t other : {40u, 41u, 42u, 44u})
        EXPECT_FALSE(local(mounts.by_mount(other))) << other;
    EXPECT_FALSE(local(mounts.by_device(gnu_dev_makedev(8, 1))))
        << "fuseblk has the device of a disk";
    EXPECT_EQ(mounts.by_mount(45), nullptr);
    mounts.clear();
    EXPECT_EQ(mounts.by_mount(22), nullptr);
}

TEST(LocalMounts, AreBounded) {
    LocalMounts mounts;
    std::string text;
    for (std::size_t i = 0; i < LocalMounts::kMost + 1000; ++i)
        text += std::to_string(i) + " 1 0:50 / /x rw - tmpfs x rw\n";
    mounts.add(text);
    EXPECT_NE(mounts.by_mount(LocalMounts::kMost - 1), nullptr);
    EXPECT_EQ(mounts.by_mount(LocalMounts::kMost), nullptr);
}

} // namespace
} // namespace unfreed::names
