// SPDX-License-Identifier: BSD-2-Clause
#include "live/pace.h"

#include <gtest/gtest.h>

namespace unfreed::live {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

TEST(Pace, TheFirstReportIsDueAtOnce) {
    EXPECT_TRUE(Pace(3 * kSecond, 40).is_due(0));
}

TEST(Pace, ACheapReportIsDueAgainSoon) {
    Pace pace(3 * kSecond, 40);
    pace.took(10 * kSecond, 10 * kSecond + 1000, 1000);
    EXPECT_FALSE(pace.is_due(13 * kSecond - 1));
    EXPECT_TRUE(pace.is_due(13 * kSecond));
}

TEST(Pace, ADearOneTakesNoMoreThanItsShare) {
    Pace pace(3 * kSecond, 40);
    std::uint64_t now = kSecond;
    std::uint64_t made = 0;
    for (; now < 400 * kSecond; now += kSecond / 2)
        if (pace.is_due(now)) {
            pace.took(now, now + kSecond / 2, kSecond / 2);
            ++made;
        }
    // Half a second of CPU time each: one in 20 seconds.
    EXPECT_GE(made, 19u);
    EXPECT_LE(made, 20u);
}

} // namespace
} // namespace unfreed::live
