// SPDX-License-Identifier: BSD-2-Clause
#include "live/sparkline.h"

#include <gtest/gtest.h>

#include <vector>

namespace unfreed::live {
namespace {

using Series = std::vector<std::uint64_t>;

TEST(Sparkline, GoesFromNothingToTheHighest) {
    EXPECT_EQ(sparkline(Series{0, 1, 2, 3, 4, 5, 6, 7, 8}, 9, 9), " ▁▂▃▄▅▆▇█");
}

TEST(Sparkline, WhatIsThereIsNeverABlank) {
    EXPECT_EQ(sparkline(Series{1, 1'000'000}, 2, 2), "▁█");
}

TEST(Sparkline, FewPointsStandAtTheRight) {
    EXPECT_EQ(sparkline(Series{4, 8}, 2, 6), "    ▄█");
}

TEST(Sparkline, OfManyPointsTheLastOfEachPartIsShown) {
    EXPECT_EQ(sparkline(Series{9, 9, 9, 4, 9, 9, 9, 8}, 8, 2), "▄█");
}

TEST(Sparkline, ASeriesThatEndedIsNothingFromThereOn) {
    EXPECT_EQ(sparkline(Series{4, 8}, 4, 4), "▄█  ");
}

TEST(Sparkline, WhatIsNotKnownIsBlank) {
    EXPECT_EQ(sparkline({}, 10, 4), "    ");
    EXPECT_EQ(sparkline(Series{0, 0}, 2, 4), "    ");
    EXPECT_EQ(sparkline(Series{1}, 1, 0), "");
}

} // namespace
} // namespace unfreed::live
