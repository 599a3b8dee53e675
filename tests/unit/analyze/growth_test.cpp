// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/evidence.h"
#include "analyze/growth.h"
#include "analyze/leak_analyzer.h"
#include "support/snapshot_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unfreed::test {
namespace {

using testing::EndsWith;

constexpr std::uint64_t kNow = 100 * kSecond;

TEST(Growth, SlopeIsThatOfTheBestLine) {
    const std::vector<CountPoint> points{
        {1000 * kSecond, 1}, {1001 * kSecond, 3}, {1002 * kSecond, 2}, {1003 * kSecond, 6}};
    EXPECT_NEAR(slope_per_s(points).value(), 1.4, 1e-9);
}

TEST(Growth, FewOrClosePointsGiveNone) {
    EXPECT_EQ(slope_per_s({}), std::nullopt);
    EXPECT_EQ(slope_per_s(std::vector<CountPoint>{{0, 1}, {9 * kSecond, 2}}), std::nullopt);
    EXPECT_EQ(slope_per_s(std::vector<CountPoint>{{0, 1}, {kSecond, 2}, {2 * kSecond - 1, 3}}),
              std::nullopt);
    EXPECT_NE(slope_per_s(std::vector<CountPoint>{{0, 1}, {kSecond, 2}, {2 * kSecond, 3}}),
              std::nullopt);
}

TEST(Growth, AFlatLineIsZero) {
    std::vector<CountPoint> points;
    for (std::uint64_t i = 0; i < 50; ++i)
        points.push_back({i * kSecond + i % 3, 0.1});
    EXPECT_EQ(slope_per_s(points), 0.0);
}

// A trace of 10 s, a tick a second, an origin that grows by `step` a tick from tick `first` on.
void grow(Snapshot& snapshot, std::uint32_t id, std::uint32_t step, std::size_t first = 0) {
    snapshot.history.times_ns.clear();
    std::vector<std::uint32_t>& series = snapshot.history.outstanding[OriginId{id}];
    for (std::uint32_t tick = 0; tick < 10; ++tick) {
        snapshot.history.times_ns.push_back(90 * kSecond + tick * kSecond);
        series.push_back(tick < first ? 0 : step * (tick + 1));
    }
}

AnalyzeOptions options() {
    AnalyzeOptions options;
    options.trace_started_ns = 90 * kSecond;
    return options;
}

TEST(Growth, TheOriginsOfAGroupAreAddedUp) {
    SnapshotBuilder builder;
    builder.process({})
        .origin({.id = 1}, {.births = 11 * 3, .deaths = 0})
        .origin({.id = 2}, {.births = 11 * 4, .deaths = 0});
    builder.objects(1, {.origin = 1}).objects(1, {.origin = 2});
    grow(builder.snapshot, 1, 3);
    grow(builder.snapshot, 2, 4);
    // The moment of the snapshot continues the line: 33 and 44.
    EXPECT_NEAR(analyze(builder.snapshot, options()).groups.at(0).growth_per_s.value(), 7, 1e-9);
}

TEST(Growth, TheMomentOfTheSnapshotIsThePointAfterTheLastTick) {
    SnapshotBuilder builder;
    builder.origin({.id = 1}, {.births = 12, .deaths = 5});
    builder.snapshot.history.times_ns = {98 * kSecond, 99 * kSecond};
    builder.snapshot.history.outstanding[OriginId{1}] = {1, 2};
    const OriginId origins[] = {OriginId{1}};
    const auto counts = [&](std::uint64_t until_ns) {
        std::vector<double> found;
        for (const CountPoint& point : count_series(builder.snapshot, origins, until_ns))
            found.push_back(point.count);
        return found;
    };
    EXPECT_THAT(counts(kNow), testing::ElementsAre(1, 2, 7));
    EXPECT_THAT(counts(kNow - 1), testing::ElementsAre(1, 2));
    EXPECT_THAT(counts(98 * kSecond), testing::ElementsAre(1));
    // Often the last tick is that moment.
    builder.snapshot.history.times_ns[1] = kNow;
    EXPECT_THAT(counts(kNow), testing::ElementsAre(1, 2));
}

TEST(Growth, ASeriesThatEndsEarlyWasZeroSince) {
    SnapshotBuilder builder;
    builder.origin({.id = 1});
    builder.snapshot.history.times_ns = {1, 2, 3};
    builder.snapshot.history.outstanding[OriginId{1}] = {5};
    const OriginId origins[] = {OriginId{1}};
    const auto series = count_series(builder.snapshot, origins, 3);
    ASSERT_EQ(series.size(), 3U);
    EXPECT_EQ(series[0].count, 5);
    EXPECT_EQ(series[1].count, 0);
    EXPECT_EQ(series[2].count, 0);
}

TEST(Growth, NothingGrowsAfterTheExit) {
    SnapshotBuilder builder;
    builder.process({.alive = false, .exited_at_ns = 94 * kSecond});
    builder.origin({}, {.births = 10, .deaths = 10, .exit_released = 10});
    grow(builder.snapshot, 1, 2);
    for (std::size_t tick = 5; tick < 10; ++tick)
        builder.snapshot.history.outstanding[OriginId{1}][tick] = 10;
    AnalyzeOptions run = options();
    run.mode = TraceMode::run;
    const AnalyzedGroup group = analyze(builder.snapshot, run).groups.at(0);
    EXPECT_NEAR(group.growth_per_s.value(), 2, 1e-9);
    EXPECT_EQ(group.evidence,
              "10 born, 0 freed in 4.0 s, +2.0/s; 10 freed only by the exit of the process");
}

TEST(Growth, WithoutHistoryOnlyAnUnbrokenGrowthHasARate) {
    SnapshotBuilder builder;
    builder.process({}).origin({}, {.births = 5, .deaths = 0}).objects(5, {});
    EXPECT_NEAR(analyze(builder.snapshot, options()).groups.at(0).growth_per_s.value(), 0.5, 1e-9);
    AnalyzeOptions brief = options();
    brief.trace_started_ns = kNow - kSecond + 1;
    EXPECT_EQ(analyze(builder.snapshot, brief).groups.at(0).growth_per_s, std::nullopt);
    AnalyzeOptions unknown = options();
    unknown.trace_started_ns = 0;
    EXPECT_EQ(analyze(builder.snapshot, unknown).groups.at(0).growth_per_s, std::nullopt);
    builder.origin({}, {.births = 6, .deaths = 1});
    EXPECT_EQ(analyze(builder.snapshot, options()).groups.at(0).growth_per_s, std::nullopt);
}

TEST(Growth, WhatExitFreedDoesNotBreakTheGrowth) {
    SnapshotBuilder builder;
    builder.process({.alive = false, .exited_at_ns = 95 * kSecond});
    builder.origin({}, {.births = 5, .deaths = 5, .exit_released = 5});
    AnalyzeOptions run = options();
    run.mode = TraceMode::run;
    EXPECT_NEAR(analyze(builder.snapshot, run).groups.at(0).growth_per_s.value(), 1, 1e-9);
}

TEST(Growth, BelongsToTheKindThatMostObjectsHave) {
    SnapshotBuilder builder;
    builder.process({}).origin({}, {.births = 5}).objects(4, {});
    builder.objects(1, {.stages = UF_STAGE_RELEASED});
    const AnalyzedGroups found = analyze(builder.snapshot, options());
    ASSERT_EQ(found.groups.size(), 2U);
    EXPECT_TRUE(found.groups[0].growth_per_s);
    EXPECT_FALSE(found.groups[1].growth_per_s);
}

std::string evidence(double growth, std::uint64_t observed_ns) {
    AnalyzedGroup group;
    group.births = 412;
    group.growth_per_s = growth;
    return evidence_of(group, 0, observed_ns);
}

TEST(Evidence, NumbersAreReadable) {
    EXPECT_EQ(evidence(6.87, 60 * kSecond), "412 born, 0 freed in 60 s, +6.9/s");
    EXPECT_EQ(evidence(1234.5, 0), "412 born, 0 freed, +1234/s");
    EXPECT_THAT(evidence(-0.5, 0), EndsWith(", -0.5/s"));
    EXPECT_THAT(evidence(2.0 / 60, 0), EndsWith(", +2.0/min"));
    EXPECT_THAT(evidence(3.0 / 3600, 0), EndsWith(", +3.0/h"));
    EXPECT_THAT(evidence(1.0 / 86400, 0), EndsWith(", +1.0/day"));
    EXPECT_THAT(evidence(0, 0), EndsWith(", not growing"));
    EXPECT_EQ(evidence(1, 5 * kSecond), "412 born, 0 freed in 5.0 s, +1.0/s");
    EXPECT_EQ(evidence(1, 1200 * kSecond), "412 born, 0 freed in 20 min, +1.0/s");
    EXPECT_EQ(evidence(1, 24 * 3600 * kSecond), "412 born, 0 freed in 24.0 h, +1.0/s");
}

TEST(Evidence, FreesByTheExitAreNotTheProgramsFrees) {
    AnalyzedGroup group;
    group.births = 100;
    group.deaths = 100;
    group.count = 7;
    group.released_at_exit = 7;
    group.outliving = 1;
    EXPECT_EQ(evidence_of(group, 7, 2 * kSecond),
              "100 born, 93 freed in 2.0 s; 7 freed only by the exit of the process; "
              "1 outlives the process");
}

} // namespace
} // namespace unfreed::test
