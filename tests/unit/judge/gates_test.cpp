// SPDX-License-Identifier: BSD-2-Clause
#include "judge/gates.h"

#include <gtest/gtest.h>

#include <cmath>

namespace unfreed::test {
namespace {

constexpr double kWindow = 600;
constexpr double kMinAge = 10;

// `count` births, evenly spread.
Lives evenly(std::size_t count, double from = 0, double to = kWindow) {
    Lives lives;
    lives.window_s = kWindow;
    for (std::size_t i = 0; i < count; ++i)
        lives.survivors.push_back(from + (to - from) * (static_cast<double>(i) + 0.5) /
                                             static_cast<double>(count));
    return lives;
}

TEST(Gates, CountsOnlyWhatReachedTheAge) {
    Lives lives = evenly(60); // every 10 s
    lives.deaths = {{100, 150, 2}, {100, 350, 3}};
    lives.older = {{99, 5}, {101, 7}};
    const GateFacts facts = gates_at(lives, 100).value();
    EXPECT_EQ(facts.survivors, 50U); // born before 500
    EXPECT_EQ(facts.died, 3U);       // two were younger
    EXPECT_EQ(facts.older_gone, 7U);
    EXPECT_EQ(facts.last_third, 17U);
    // 50 that have lived on for 250 s on average, and three for 150.
    EXPECT_NEAR(facts.exposure_s, 50 * 250 + 3 * 150, 1e-6);
    EXPECT_EQ(facts.cells, 8U);
    EXPECT_EQ(facts.cells_met, 8U);
    EXPECT_TRUE(facts.steady);
}

TEST(Gates, ADeathThatMayHaveBeenOldEnoughCounts) {
    Lives lives = evenly(60);
    lives.deaths = {{100, 197, 1}};
    EXPECT_EQ(gates_at(lives, 100)->died, 0U);
    lives.precision_s = 6;
    EXPECT_EQ(gates_at(lives, 100)->died, 1U);
    EXPECT_NEAR(gates_at(lives, 100)->exposure_s, 50 * 250, 1e-6);
}

TEST(Gates, FewSurvivorsAreNoEvidence) {
    EXPECT_FALSE(gates_of(evenly(6), kMinAge));
    EXPECT_TRUE(gates_of(evenly(7), kMinAge)); // the last is too young
    EXPECT_FALSE(gates_of(Lives{}, kMinAge));
    Lives brief = evenly(100);
    brief.window_s = 12;
    EXPECT_FALSE(gates_of(brief, kMinAge)); // nothing had the time to get old
}

TEST(Gates, EvenSurvivorsWithoutADeathAreSure) {
    EXPECT_GE(confidence_of(gates_of(evenly(12), kMinAge).value()), 0.9);
    EXPECT_GE(confidence_of(gates_of(evenly(400), kMinAge).value()), 0.99);
}

TEST(Gates, DeathsOfTheOldCloseTheFirst) {
    Lives lives = evenly(100);
    for (int i = 0; i < 80; ++i)
        lives.deaths.push_back({i * 2.0, i * 2.0 + 400, 1}); // older than any age looked at
    EXPECT_LT(gates_of(lives, kMinAge)->p_out, 0.5);
}

TEST(Gates, OneMomentIsNoSteadyStream) {
    const GateFacts facts = gates_of(evenly(100, 200, 210), kMinAge).value();
    EXPECT_FALSE(facts.steady);
    EXPECT_EQ(confidence_of(facts), 0);
    EXPECT_GE(facts.p_out, 0.9);
}

TEST(Gates, BurstsAreASteadyStreamIfThereAreFourOfThem) {
    const auto bursts = [](std::initializer_list<double> times) {
        Lives lives;
        lives.window_s = kWindow;
        for (const double time : times)
            lives.survivors.insert(lives.survivors.end(), 10, time);
        return gates_at(lives, 75).value();
    };
    EXPECT_TRUE(bursts({30, 180, 330, 480}).steady);
    EXPECT_EQ(bursts({30, 180, 330, 480}).moments, 4U);
    EXPECT_FALSE(bursts({30, 300, 480}).steady);
    EXPECT_FALSE(bursts({30, 60, 90, 120}).steady); // all in one quarter
}

TEST(Gates, WhatNoLongerComesClosesTheThird) {
    EXPECT_LT(gates_of(evenly(100, 0, 250), kMinAge)->p_now, 0.05);
}

TEST(Gates, OlderOnesThatWentCloseTheFourth) {
    Lives lives = evenly(100);
    lives.older = {{550, 90}};
    EXPECT_LT(gates_of(lives, kMinAge)->p_grow, 0.05);
    lives.older = {{1, 90}}; // younger than any age that is looked at
    EXPECT_GE(gates_of(lives, kMinAge)->p_grow, 0.99);
}

TEST(Gates, AnEarlierEndSeesTheDeadAlive) {
    Lives lives = evenly(60);
    lives.deaths = {{100, 200, 2}, {100, 400, 3}, {350, 500, 4}};
    lives.older = {{250, 1}, {350, 2}};
    const Lives half = as_of(lives, 300);
    EXPECT_EQ(half.window_s, 300);
    EXPECT_EQ(half.survivors.size(), 30U + 3);
    ASSERT_EQ(half.deaths.size(), 1U);
    EXPECT_EQ(half.deaths[0].count, 2U);
    EXPECT_EQ(half.older.size(), 1U);
}

} // namespace
} // namespace unfreed::test
