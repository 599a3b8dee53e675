// SPDX-License-Identifier: BSD-2-Clause
#include "bpf/copies.h"
#include "bpf/preemption.h"
#include "bpf/skipped_events.h"

#include <gtest/gtest.h>

namespace unfreed::bpf {
namespace {

constexpr Variant kTracepoint{UF_HOOK_SLAB_FREE_KFREE, AttachKind::raw_tp, "", "", true};
constexpr Variant kFunction{UF_HOOK_SLAB_FREE_BULK, AttachKind::fentry, "", "", true};
constexpr Variant kLsm{UF_HOOK_SOCKET_FREE, AttachKind::lsm, "", "", false};

TEST(Copies, AreTwoWhereNothingIsPreempted) {
    const Copies copies = choose_copies(0, Edition::current, true, {false, false});
    EXPECT_EQ(copies.of(kTracepoint), 2u);
    EXPECT_EQ(copies.of(kFunction), 2u);
    EXPECT_EQ(copies.of(kLsm), 1u);
}

TEST(Copies, AreMoreWherePreempted) {
    const Copies functions = choose_copies(0, Edition::current, true, {false, true});
    EXPECT_EQ(functions.of(kTracepoint), 2u);
    EXPECT_EQ(functions.of(kFunction), 3u);
    const Copies all = choose_copies(0, Edition::current, true, {true, true});
    EXPECT_EQ(all.of(kTracepoint), 8u);
    EXPECT_EQ(all.of(kFunction), 8u);
}

TEST(Copies, AreAsManyAsAskedForAndThereAre) {
    const Copies asked = choose_copies(5, Edition::current, true, {false, false});
    EXPECT_EQ(asked.of(kTracepoint), 5u);
    EXPECT_EQ(asked.of(kFunction), 5u);
    EXPECT_EQ(choose_copies(5, Edition::legacy, true, {false, false}).of(kTracepoint), 3u);
    EXPECT_EQ(choose_copies(0, Edition::legacy, false, {false, false}).of(kTracepoint), 1u);
}

TEST(Copies, KernelCodeIsPreemptedInTheModeInParentheses) {
    EXPECT_FALSE(mode_preempts_kernel_code("none (voluntary) full \n"));
    EXPECT_FALSE(mode_preempts_kernel_code("(none) voluntary full lazy"));
    EXPECT_TRUE(mode_preempts_kernel_code("none voluntary (full)"));
    EXPECT_TRUE(mode_preempts_kernel_code("none voluntary full (lazy)"));
    EXPECT_TRUE(mode_preempts_kernel_code(""));
}

TEST(Copies, MoreAreAdvisedOnlyWhereFewerAreInUse) {
    EXPECT_EQ(advise_copies({2, 2}, Edition::current), "try --copies 3");
    EXPECT_EQ(advise_copies({8, 8}, Edition::current), "follow fewer objects (--class, -p)");
    EXPECT_EQ(advise_copies({2, 2}, Edition::legacy), "follow fewer objects (--class, -p)");
}

TEST(LostEvents, AreTheMissesThatNoCopyMadeGood) {
    EXPECT_EQ(lost_events({}, {{100, 40}, 97}, true), 3u);
    EXPECT_EQ(lost_events({{10, 9}, 8}, {{110, 49}, 105}, true), 3u);
    // One that the spare copy ran for and took for another's.
    EXPECT_EQ(lost_events({}, {{100, 0}, 99}, true), 1u);
}

TEST(LostEvents, AreAllMissesOfASingleCopy) {
    EXPECT_EQ(lost_events({{10}, 0}, {{17}, 0}, true), 7u);
    EXPECT_EQ(lost_events({{10}, 0}, {{17}, 0}, false), 7u);
}

TEST(LostEvents, HaveTheLesserOfTwoBoundsWherePreempted) {
    EXPECT_EQ(lost_events({{10, 10, 10}, 5}, {{110, 30, 14}, 45}, false), 4u);
    EXPECT_EQ(lost_events({}, {{100, 60, 50}, 98}, false), 2u);
}

TEST(LostEvents, AreNoneWhenMoreWereRescuedThanMissed) {
    EXPECT_EQ(lost_events({{5, 0}, 0}, {{9, 6}, 5}, true), 0u);
    EXPECT_EQ(lost_events({}, {}, true), 0u);
}

} // namespace
} // namespace unfreed::bpf
