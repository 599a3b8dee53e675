// SPDX-License-Identifier: BSD-2-Clause
#include "model/repeats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unfreed {
namespace {

Growths grown_in(std::size_t repeats, std::size_t of) {
    Growths growths(of, 0);
    for (std::size_t i = 0; i < repeats; ++i)
        growths[i] = 2;
    return growths;
}

TEST(Repeats, GrowInFourOfFive) {
    EXPECT_TRUE(grows_with_repeats(grown_in(17, 17)));
    EXPECT_TRUE(grows_with_repeats(grown_in(14, 17))); // 82 %
    EXPECT_FALSE(grows_with_repeats(grown_in(13, 17)));
    EXPECT_TRUE(grows_with_repeats(grown_in(4, 5)));
    EXPECT_FALSE(grows_with_repeats(grown_in(3, 5)));
    EXPECT_TRUE(grows_with_repeats(grown_in(1, 1)));
    EXPECT_FALSE(grows_with_repeats(grown_in(0, 1)));
    EXPECT_FALSE(grows_with_repeats({}));
}

TEST(Repeats, AreToldWithTheirNumbers) {
    EXPECT_EQ(repeats_phrase(grown_in(17, 17)), "grew by 2 in 17 of 17 repeats");
    EXPECT_EQ(repeats_phrase(grown_in(1, 1)), "grew by 2 in 1 of 1 repeat");
    EXPECT_EQ(repeats_phrase(grown_in(0, 5)), "grew in 0 of 5 repeats");
    EXPECT_EQ(repeats_phrase(Growths{3, 0, 1}), "grew by 1 to 3 in 2 of 3 repeats");
}

TEST(Repeats, AnObjectIsOfTheRunThatItWasBornIn) {
    const RepeatFacts repeats{.asked = 2, .warmup = 1, .starts_ns = {100, 200, 300}, .ended = 3};
    EXPECT_EQ(repeats.run_at(0), 0U);
    EXPECT_EQ(repeats.run_at(100), 0U);
    EXPECT_EQ(repeats.run_at(199), 0U);
    EXPECT_EQ(repeats.run_at(200), 1U);
    EXPECT_EQ(repeats.run_at(1'000'000), 2U);
}

TEST(Repeats, CountWhenTheyHaveEnded) {
    RepeatFacts repeats;
    repeats.warmup = 3;
    for (const std::uint32_t ended : {0U, 2U, 3U})
        EXPECT_EQ((repeats.ended = ended, repeats.counted()), 0U);
    repeats.ended = 5;
    EXPECT_EQ(repeats.counted(), 2U);
}

} // namespace
} // namespace unfreed
