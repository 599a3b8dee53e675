// SPDX-License-Identifier: BSD-2-Clause
#include "source/unread_objects.h"

#include <gtest/gtest.h>

namespace unfreed {
namespace {

TEST(UnreadObjects, AreThoseOfOneReportEachOnce) {
    UnreadObjects unread;
    unread.begin_report();
    unread.add(0x10);
    unread.add(0x20);
    unread.add(0x10);
    EXPECT_EQ(unread.count(), 2u);
    unread.begin_report();
    EXPECT_EQ(unread.count(), 0u);
    unread.add(0x10);
    EXPECT_EQ(unread.count(), 1u);
}

} // namespace
} // namespace unfreed
