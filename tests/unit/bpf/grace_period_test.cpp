// SPDX-License-Identifier: BSD-2-Clause
#include "bpf/grace_period.h"

#include <gtest/gtest.h>

#include <chrono>

namespace unfreed::bpf {
namespace {

TEST(GracePeriod, Ends) {
    GracePeriod grace_period;
    for (int turn = 0; turn < 3; ++turn)
        EXPECT_TRUE(grace_period.wait(std::chrono::seconds(60)));
    EXPECT_TRUE(wait_for_grace_period(std::chrono::seconds(60)));
}

// None can end in no time; and the one that was begun is nobody else's.
TEST(GracePeriod, IsNotWaitedForLongerThanAsked) {
    GracePeriod grace_period;
    EXPECT_FALSE(grace_period.wait(std::chrono::milliseconds(0)));
    while (!grace_period.wait(std::chrono::seconds(60))) {
    }
}

} // namespace
} // namespace unfreed::bpf
