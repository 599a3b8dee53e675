// SPDX-License-Identifier: BSD-2-Clause
// Growth between two traces, against counts that only chance has changed.
#include "judge/grown.h"

#include <gtest/gtest.h>

#include <random>

namespace unfreed {
namespace {

bool grew(Stayed before, Stayed after, std::size_t among = 1) {
    return has_grown(before, after, among);
}

TEST(Grown, NeedsMoreThanChance) {
    EXPECT_FALSE(grew({100, 60, 1}, {100, 60, 1}));
    EXPECT_FALSE(grew({100, 60, 1}, {130, 60, 1}));
    EXPECT_TRUE(grew({100, 60, 1}, {160, 60, 1}));
    EXPECT_FALSE(grew({160, 60, 1}, {100, 60, 1})) << "less is no growth";
    EXPECT_FALSE(grew({0, 60, 1}, {0, 60, 1}));
    EXPECT_FALSE(grew({1, 60, 1}, {5, 60, 1}));
    EXPECT_TRUE(grew({1, 60, 1}, {20, 60, 1}));
}

TEST(Grown, SurelyButByNothingWorthALineIsNoGrowth) {
    EXPECT_FALSE(grew({1'000'000, 60, 1}, {1'090'000, 60, 1}));
    EXPECT_TRUE(grew({1'000'000, 60, 1}, {1'110'000, 60, 1}));
}

TEST(Grown, ALongerTraceMayHaveMoreButAShorterOneNotLess) {
    EXPECT_FALSE(grew({100, 60, 1}, {1000, 600, 1}));
    EXPECT_TRUE(grew({100, 60, 1}, {1500, 600, 1}));
    EXPECT_FALSE(grew({100, 600, 1}, {100, 60, 1}));
    EXPECT_TRUE(grew({100, 600, 1}, {200, 60, 1}));
}

TEST(Grown, OfManyComparisonsEachNeedsMore) {
    EXPECT_TRUE(grew({100, 60, 1}, {160, 60, 1}, 1));
    EXPECT_FALSE(grew({100, 60, 1}, {160, 60, 1}, 1000));
}

TEST(Grown, OfASampleOnlyWhatWasFollowedCounts) {
    // 5 and 9 objects were followed.
    EXPECT_FALSE(grew({320, 60, 64}, {576, 60, 64}));
    EXPECT_TRUE(grew({320, 60, 1}, {576, 60, 1}));
    EXPECT_TRUE(grew({6400, 60, 64}, {12'800, 60, 64}));
    // The second follows all: 5 of 64th against 330.
    EXPECT_FALSE(grew({320, 60, 64}, {400, 60, 1}));
}

TEST(Grown, ChanceIsSaidToHaveGrownLessThanOnceInAThousand) {
    std::mt19937_64 random(1);
    int alarms = 0;
    constexpr int kPairs = 20'000;
    for (int i = 0; i < kPairs; ++i) {
        std::poisson_distribution<std::uint64_t> counts(1 + i % 200);
        const std::uint64_t first = counts(random);
        alarms += grew({first, 60, 1}, {counts(random), 60, 1}) ? 1 : 0;
    }
    EXPECT_LT(alarms, kPairs / 1000);
}

} // namespace
} // namespace unfreed
