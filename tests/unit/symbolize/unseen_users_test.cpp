// SPDX-License-Identifier: BSD-2-Clause
#include "symbolize/unseen_users.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unfreed::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(UnseenUsers, LayersOfOverlaysAndExportedDirectories) {
    EXPECT_THAT(UnseenUsers::directories(
                    "22 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n"
                    "90 22 0:50 / /merged rw - overlay overlay "
                    "rw,lowerdir=/var/a:/var/with\\040blank,upperdir=/var/up,workdir=/var/work\n"
                    "91 22 0:51 / /new rw - overlay none rw,lowerdir+=/one,lowerdir+=/two\n",
                    "# Version 1.1\n/srv/data\t*(rw,sync)\n"),
                ElementsAre("/var/a", "/var/with blank", "/var/up", "/one", "/two", "/srv/data"));
    EXPECT_THAT(UnseenUsers::directories("", ""), IsEmpty());
}

TEST(UnseenUsers, SwapFiles) {
    EXPECT_THAT(UnseenUsers::swap_files("Filename\tType\tSize\tUsed\tPriority\n"
                                        "/swapfile  file  2097148  0  -2\n"),
                ElementsAre("/swapfile"));
}

TEST(UnseenUsers, LoopDevices) {
    EXPECT_THAT(UnseenUsers::loop_devices("major minor  #blocks  name\n\n"
                                          " 254        0   83886080 vda\n"
                                          "   7        0         64 loop0\n"
                                          "   7       12         64 loop12\n"
                                          " 259        0         10 loop12p1\n"
                                          "   8        0         10 looper\n"),
                ElementsAre(0U, 12U));
}

TEST(UnseenUsers, HoldFilesAndWholeFileSystemsOrAnything) {
    const UnseenUsers some({5}, {"/swap"}, false);
    EXPECT_TRUE(some.may_hold(5, "/a"));
    EXPECT_TRUE(some.may_hold(6, "/swap"));
    EXPECT_FALSE(some.may_hold(6, "/a"));
    EXPECT_TRUE(UnseenUsers({}, {}, true).may_hold(6, "/a"));
}

} // namespace
} // namespace unfreed::test
