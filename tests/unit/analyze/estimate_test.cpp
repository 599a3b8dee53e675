// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/estimate.h"
#include "judge/incomplete_beta.h"
#include "model/sampling.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace unfreed {
namespace {

TEST(IncompleteBeta, IsTheTailOfTheBinomialDistribution) {
    // 10 trials with chance 0.3: P(X >= 4) = 0.3503892816
    EXPECT_NEAR(incomplete_beta(0.3, 4, 7), 0.3503892816, 1e-10);
    EXPECT_NEAR(incomplete_beta(0.5, 1, 1), 0.5, 1e-14);
    EXPECT_NEAR(incomplete_beta(0.5, 500'000, 500'000), 0.5, 1e-9);
    EXPECT_NEAR(incomplete_beta(0.999, 3, 2), 1, 1e-5);
}

TEST(Interval, IsThePointWhenAllAreFollowed) {
    EXPECT_EQ(interval_of(7, 1).low, 7u);
    EXPECT_EQ(interval_of(7, 1).high, 7u);
}

TEST(Interval, HoldsTheEstimateAndNarrowsWithTheCount) {
    double width_before = 1e9;
    for (std::uint64_t followed : {10u, 100u, 1000u, 100'000u}) {
        const Interval interval = interval_of(followed, 16);
        EXPECT_LT(interval.low, followed * 16);
        EXPECT_GT(interval.high, followed * 16);
        const double width =
            static_cast<double>(interval.high - interval.low) / static_cast<double>(followed * 16);
        EXPECT_LT(width, width_before);
        width_before = width;
    }
    // About 2 * 1.96 * sqrt(15/16 / 1000): what the normal distribution says.
    EXPECT_NEAR(static_cast<double>(interval_of(1000, 16).high - interval_of(1000, 16).low),
                16'000 * 2 * 1.96 * std::sqrt(15.0 / 16 / 1000), 100);
}

TEST(Interval, OfOneFollowedObjectMayBeThatObject) {
    EXPECT_EQ(interval_of(1, 1024).low, 1u);
}

// Draws how many of `all` are followed, the first of them certainly: others are not shown.
double coverage(std::uint64_t all, std::uint32_t one_in, int trials, std::mt19937_64& random) {
    std::binomial_distribution<std::uint64_t> draw(all, 1.0 / one_in);
    int shown = 0;
    int held = 0;
    while (shown < trials) {
        const std::uint64_t followed = draw(random);
        if (followed == 0)
            continue;
        ++shown;
        const Interval interval = interval_of(followed, one_in);
        held += interval.low <= all && all <= interval.high;
    }
    return static_cast<double>(held) / trials;
}

TEST(Interval, HoldsTheTruthInNineteenOfTwentyShownGroups) {
    std::mt19937_64 random(20'261'121);
    constexpr int kTrials = 2000;
    // Five standard deviations of the simulation itself.
    constexpr double kNoise = 5 * 0.00487;
    for (std::uint32_t one_in : {2u, 4u, 16u, 64u, 256u, 1024u})
        for (std::uint64_t all : {1u, 2u, 3u, 5u, 10u, 30u, 100u, 1000u, 10'000u, 100'000u}) {
            // Where hardly any group is shown at all, draws would take for ever.
            if (static_cast<double>(all) / one_in < 0.01)
                continue;
            EXPECT_GE(coverage(all, one_in, kTrials, random), 0.95 - kNoise)
                << all << " objects, one in " << one_in;
        }
}

// The same without the noise of a simulation: every outcome, weighted with its chance.
TEST(Interval, HoldsTheTruthByTheSumOverAllOutcomes) {
    for (std::uint32_t one_in : {2u, 16u, 1024u})
        for (std::uint64_t all = 1; all <= 3000; all = all * 3 / 2 + 1) {
            const double n = static_cast<double>(all);
            const double share = 1.0 / one_in;
            double held = 0;
            for (std::uint64_t followed = 1; followed <= all; ++followed) {
                const double k = static_cast<double>(followed);
                const double chance =
                    std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) +
                             k * std::log(share) + (n - k) * std::log1p(-share));
                if (chance < 1e-12)
                    continue;
                const Interval interval = interval_of(followed, one_in);
                held += interval.low <= all && all <= interval.high ? chance : 0;
            }
            const double shown = -std::expm1(n * std::log1p(-share));
            EXPECT_GE(held / shown, 0.95 - 1e-6) << all << " objects, one in " << one_in;
        }
}

// The draws of the kernel side: addresses of a slab, a stride apart, and a seed a trace.
TEST(Sampling, NeighboursInASlabAreIndependentDraws) {
    std::mt19937_64 seeds(7);
    for (std::uint64_t stride : {8u, 64u, 192u, 2304u, 4096u})
        for (std::uint32_t one_in : {2u, 16u, 64u}) {
            constexpr int kTraces = 400;
            constexpr std::uint64_t kObjects = 3000;
            int held = 0;
            for (int trace = 0; trace < kTraces; ++trace) {
                const Sampling sampling{one_in, seeds()};
                std::uint64_t followed = 0;
                for (std::uint64_t i = 0; i < kObjects; ++i)
                    followed += sampling.follows(0xffff'8881'0000'0000 + i * stride);
                ASSERT_GT(followed, 0u);
                const Interval interval = interval_of(followed, one_in);
                held += interval.low <= kObjects && kObjects <= interval.high;
            }
            // 0.95 - 4 standard deviations
            EXPECT_GE(held, 0.906 * kTraces) << "stride " << stride << ", one in " << one_in;
        }
}

TEST(Sampling, AFallingThresholdOnlyLeavesObjectsOut) {
    for (std::uint64_t address = 0xffff'8881'0000'0000; address < 0xffff'8881'0010'0000;
         address += 64)
        for (std::uint32_t one_in = 2; one_in <= 64; one_in *= 2) {
            const bool followed = Sampling{one_in, 3}.follows(address);
            EXPECT_TRUE(!followed || (Sampling{one_in / 2, 3}.follows(address)));
        }
}

TEST(Sampling, SaysHowSmallAGroupMayBeMissed) {
    EXPECT_EQ(smallest_sure_group(1), 1u);
    EXPECT_EQ(smallest_sure_group(2), 5u);    // 1/2^5 is the first below 5 %
    EXPECT_EQ(smallest_sure_group(64), 191u); // about three times 64
}

} // namespace
} // namespace unfreed
