// SPDX-License-Identifier: BSD-2-Clause
#include "judge/decide.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace unfreed::test {
namespace {

struct Gates {
    double p_out = 0.99, p_now = 0.99, p_grow = 0.99, p_grow_lowest = 0.99;
    bool steady = true;
};
Case with(const Gates& gates, double window_s = 3600) {
    GateFacts facts;
    facts.survivors = 100;
    facts.p_out = gates.p_out;
    facts.p_now = gates.p_now;
    facts.p_grow = gates.p_grow;
    facts.p_grow_lowest = gates.p_grow_lowest;
    facts.confidence = std::min({gates.p_out, gates.p_now, gates.p_grow});
    facts.steady = gates.steady;
    Case one;
    one.window_s = window_s;
    one.gates = facts;
    return one;
}

TEST(Decide, TheTable) {
    EXPECT_EQ(decide(with({})), Verdict::leaking);
    EXPECT_EQ(decide(with({.p_now = 0.6})), Verdict::suspect);
    EXPECT_EQ(decide(with({.p_out = 0.6})), Verdict::live);
    EXPECT_EQ(decide(with({.p_grow_lowest = 0.6})), Verdict::suspect);
    EXPECT_EQ(decide(with({.p_now = 0.01})), Verdict::stopped);
    EXPECT_EQ(decide(with({.steady = false})), Verdict::kept);
    EXPECT_EQ(decide(with({.p_grow = 0.1})), Verdict::replacing);
    EXPECT_EQ(decide(with({.p_out = 0.1})), Verdict::live);
    EXPECT_EQ(decide(Case{}), Verdict::live);
}

TEST(Decide, AShortTraceNeedsTwoLooks) {
    Case one = with({}, 60);
    EXPECT_EQ(decide(one), Verdict::suspect);
    EXPECT_EQ(needed_s(one, Verdict::suspect, {}), 120);
    one.confidence_at_half = 0.89;
    EXPECT_EQ(decide(one), Verdict::suspect);
    one.confidence_at_half = 0.9;
    EXPECT_EQ(decide(one), Verdict::leaking);
}

TEST(Decide, StructureIsWorthMoreThanNumbers) {
    Case one = with({});
    for (const Structure structure :
         {Structure::reclaimable, Structure::allocators_own, Structure::pool}) {
        one.structure = structure;
        EXPECT_EQ(decide(one), Verdict::cached);
    }
    one.structure = Structure::in_use; // but it grows
    EXPECT_EQ(decide(one), Verdict::leaking);
    Case few;
    few.structure = Structure::damning;
    EXPECT_EQ(decide(few), Verdict::leaking);
}

TEST(Decide, CacheIsNeverLeaking) {
    Case one = with({});
    one.by_kind = Verdict::cached;
    EXPECT_EQ(decide(one), Verdict::cached);
    one.by_kind = Verdict::rcu_pending;
    EXPECT_EQ(decide(one), Verdict::rcu_pending);
    one.by_kind = Verdict::pinned;
    EXPECT_EQ(decide(one), Verdict::leaking);
    one = with({.p_out = 0.1});
    one.by_kind = Verdict::pinned;
    EXPECT_EQ(decide(one), Verdict::pinned);
}

TEST(Decide, WhatWasNotSeenOfOlderOnesKeepsItFromBeingSure) {
    Case one = with({});
    one.older_unknown = true;
    EXPECT_EQ(decide(one), Verdict::suspect);
    EXPECT_FALSE(needed_s(one, Verdict::suspect, {}));
}

TEST(Decide, TheTimeNeededIsThatForEnoughOldOnes) {
    Case one;
    one.window_s = 60;
    // One in 10 s of births: nine are there after 90 s more than their age, seen twice after 200.
    EXPECT_NEAR(needed_s(one, Verdict::live, {5, 10}).value(), 200, 1e-9);
    EXPECT_FALSE(needed_s(one, Verdict::live, {0, 10}));
    EXPECT_FALSE(needed_s(with({.p_out = 0.1}), Verdict::live, {5, 10}));
    EXPECT_FALSE(needed_s(with({}), Verdict::leaking, {5, 10}));
}

} // namespace
} // namespace unfreed::test
