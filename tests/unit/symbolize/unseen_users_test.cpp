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

} // namespace
} // namespace unfreed::test
