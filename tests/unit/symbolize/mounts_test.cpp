// SPDX-License-Identifier: BSD-2-Clause
#include "symbolize/mounts.h"

#include <gtest/gtest.h>

namespace unfreed::test {
namespace {

constexpr std::string_view kMountinfo = "22 1 254:0 / / rw,relatime - ext4 /dev/root rw\n"
                                        "23 22 0:5 / /dev rw - devtmpfs devtmpfs rw\n"
                                        "40 22 8:17 / /mnt/big\\040disk rw - xfs /dev/sdb1 rw\n"
                                        "41 22 8:17 /srv/www /var/www rw - xfs /dev/sdb1 rw\n"
                                        "42 22 8:33 /only/this /opt rw - ext4 /dev/sdc1 rw\n"
                                        "nonsense\n";

TEST(Mounts, NameAPathAsTheProcessDoes) {
    const Mounts mounts = Mounts::parse(kMountinfo);
    EXPECT_EQ(mounts.full_path(254 << 20, "/tmp/x"), "/tmp/x");
    EXPECT_EQ(mounts.full_path(254 << 20, "/"), "/");
    EXPECT_EQ(mounts.full_path(5, "/shm"), "/dev/shm");
    EXPECT_EQ(mounts.full_path(5, "/"), "/dev");
    EXPECT_EQ(mounts.full_path(8 << 20 | 17, "/data"), "/mnt/big disk/data");
}

TEST(Mounts, APartOfAFileSystemHasItsOwnName) {
    const Mounts mounts = Mounts::parse(kMountinfo);
    EXPECT_EQ(mounts.full_path(8 << 20 | 17, "/srv/www/a"), "/var/www/a");
    EXPECT_EQ(mounts.full_path(8 << 20 | 17, "/srv/www"), "/var/www");
    EXPECT_EQ(mounts.full_path(8 << 20 | 17, "/srv/www2"), "/mnt/big disk/srv/www2");
    EXPECT_EQ(mounts.full_path(8 << 20 | 33, "/only/this/x"), "/opt/x");
    EXPECT_EQ(mounts.full_path(8 << 20 | 33, "/other"), "");
    EXPECT_EQ(mounts.full_path(99, "/x"), "");
}

TEST(Mounts, HoldWhatTheyShowAndWhatTheyAreOn) {
    const Mounts mounts = Mounts::parse(kMountinfo);
    EXPECT_EQ(mounts.references(8 << 20 | 17, "/srv/www"), 2U); // mounted, and found at /var/www
    EXPECT_EQ(mounts.references(254 << 20, "/opt"), 1U);
    EXPECT_EQ(mounts.references(254 << 20, "/tmp"), 0U);
}

} // namespace
} // namespace unfreed::test
