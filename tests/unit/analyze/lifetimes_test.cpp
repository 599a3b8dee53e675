// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/leak_analyzer.h"
#include "analyze/lifetimes.h"
#include "support/snapshot_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unfreed::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr OriginId kOrigins[] = {OriginId{1}, OriginId{2}};

std::vector<LifetimeBand> bands_of(const Snapshot& snapshot, std::uint64_t deaths = 0,
                                   bool freed_at_exit = false) {
    std::vector<const LiveObject*> alive;
    for (const LiveObject& object : snapshot.objects)
        alive.push_back(&object);
    return lifetimes_of(snapshot, {kOrigins, alive, freed_at_exit, deaths});
}

TEST(Lifetimes, AreInBandsThatDouble) {
    SnapshotBuilder builder(100 * kSecond);
    builder.objects(2, {.birth_ns = 97 * kSecond}).objects(1, {.birth_ns = 91 * kSecond});
    builder.snapshot.deaths.cell_ns = kSecond / 2;
    // 2 s and 0 s old.
    builder.snapshot.deaths.by_origin[OriginId{2}] = {{10, 10, 3}, {10, 14, 5}};
    EXPECT_THAT(bands_of(builder.snapshot, 20),
                ElementsAre(LifetimeBand{kSecond, 15, 0}, LifetimeBand{2 * kSecond, 5, 0},
                            LifetimeBand{4 * kSecond, 0, 2}, LifetimeBand{8 * kSecond, 0, 0},
                            LifetimeBand{16 * kSecond, 0, 1}));
}

TEST(Lifetimes, AreNotToldApartWithinACell) {
    SnapshotBuilder builder(100 * kSecond);
    builder.objects(1, {.birth_ns = 97 * kSecond});
    builder.snapshot.deaths.cell_ns = 5 * kSecond;
    builder.snapshot.deaths.by_origin[OriginId{1}] = {{1, 1, 2}, {1, 2, 4}, {1, 3, 8}};
    EXPECT_THAT(bands_of(builder.snapshot, 14),
                ElementsAre(LifetimeBand{8 * kSecond, 6, 1}, LifetimeBand{16 * kSecond, 8, 0}));
}

TEST(Lifetimes, WhatTheExitFreedHadNoDeathOfItsOwn) {
    SnapshotBuilder builder(100 * kSecond);
    builder.snapshot.deaths.at_exit[OriginId{1}] = {{0, 4, 7}};
    EXPECT_THAT(bands_of(builder.snapshot, 0, true),
                ElementsAre(LifetimeBand{kSecond, 0, 0}, LifetimeBand{2 * kSecond, 0, 7}));
    EXPECT_THAT(bands_of(builder.snapshot), IsEmpty());
}

TEST(Lifetimes, OfASampleAreEstimates) {
    SnapshotBuilder builder(100 * kSecond);
    builder.objects(1, {.birth_ns = 99 * kSecond});
    builder.snapshot.one_in = 4;
    builder.snapshot.deaths.by_origin[OriginId{1}] = {{1, 1, 2}};
    EXPECT_THAT(bands_of(builder.snapshot, 40), ElementsAre(LifetimeBand{kSecond, 40, 4}));
}

TEST(Lifetimes, AreBoundedWhateverARecordingClaims) {
    SnapshotBuilder builder(UINT64_MAX);
    builder.objects(1, {.birth_ns = 0});
    builder.snapshot.deaths.cell_ns = UINT64_MAX;
    builder.snapshot.deaths.by_origin[OriginId{1}] = {{0, 127, 2}};
    EXPECT_LE(bands_of(builder.snapshot, 2).size(), 64U);
}

TEST(Lifetimes, OfAGroupAreThoseOfItsOrigins) {
    SnapshotBuilder builder(100 * kSecond);
    builder.process({}).origin({.id = 1}, {.births = 9, .deaths = 6, .exit_released = 1});
    builder.objects(3, {.birth_ns = 40 * kSecond, .origin = 1});
    AnalyzeOptions options;
    options.trace_started_ns = 1;
    const AnalyzedGroups groups = analyze(builder.snapshot, options);
    ASSERT_EQ(groups.groups.size(), 1U);
    const std::vector<LifetimeBand>& bands = groups.groups[0].lifetimes;
    ASSERT_EQ(bands.size(), 7U);
    EXPECT_EQ(bands.front(), (LifetimeBand{kSecond, 5, 0}));
    EXPECT_EQ(bands.back(), (LifetimeBand{64 * kSecond, 0, 3}));
}

} // namespace
} // namespace unfreed::test
