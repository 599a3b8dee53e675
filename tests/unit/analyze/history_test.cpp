// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/history.h"
#include "analyze/leak_analyzer.h"
#include "support/snapshot_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unfreed::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr OriginId kOrigins[] = {OriginId{1}, OriginId{2}};

// A tick a second up to that second, with as many objects of origin 1 as seconds.
Snapshot growing(std::uint32_t first, std::uint32_t last) {
    Snapshot snapshot;
    snapshot.taken_at_ns = last * kSecond;
    for (std::uint32_t second = first; second <= last; ++second) {
        snapshot.history.times_ns.push_back(second * kSecond);
        snapshot.history.outstanding[OriginId{1}].push_back(second);
    }
    return snapshot;
}

TEST(History, HasTheTicksAndTheMomentOfTheReport) {
    Snapshot snapshot = growing(1, 3);
    snapshot.history.outstanding[OriginId{2}] = {0, 10};
    snapshot.taken_at_ns = 3 * kSecond + 1;
    snapshot.counts[OriginId{1}].births = 5;
    const auto times = history_times(snapshot);
    EXPECT_THAT(times, ElementsAre(kSecond, 2 * kSecond, 3 * kSecond, 3 * kSecond + 1));
    EXPECT_THAT(history_of(snapshot, kOrigins, times, snapshot.taken_at_ns),
                ElementsAre(1, 12, 3, 5));
    EXPECT_THAT(history_of(snapshot, kOrigins, times, 2 * kSecond), ElementsAre(1, 12));
}

TEST(History, IsThinnedEvenlyAndEndsWithTheTrace) {
    for (std::uint32_t ticks : {63U, 64U, 65U, 127U, 128U}) {
        const Snapshot snapshot = growing(1, ticks);
        const auto times = history_times(snapshot);
        EXPECT_LE(times.size(), kMostHistoryPoints) << ticks;
        EXPECT_GE(times.size(), kMostHistoryPoints / 2) << ticks;
        EXPECT_EQ(times.back(), ticks * kSecond);
        const auto history = history_of(snapshot, kOrigins, times, snapshot.taken_at_ns);
        ASSERT_EQ(history.size(), times.size()) << ticks;
        for (std::size_t i = 0; i < times.size(); ++i) {
            EXPECT_EQ(history[i], times[i] / kSecond);
            EXPECT_EQ(times[i] - times[0], i * (times[1] - times[0]));
        }
    }
}

TEST(History, IsEmptyWhereNothingWasCounted) {
    const Snapshot none;
    EXPECT_THAT(history_times(none), IsEmpty());
    EXPECT_THAT(history_of(none, kOrigins, {}, 0), IsEmpty());
    const Snapshot snapshot = growing(1, 9);
    const OriginId other[] = {OriginId{7}};
    EXPECT_THAT(history_of(snapshot, other, history_times(snapshot), snapshot.taken_at_ns),
                IsEmpty());
}

// As a recording of somebody else may have it.
TEST(History, IsNeverLongerThanItsTimes) {
    Snapshot snapshot = growing(1, 100);
    for (std::uint64_t& time_ns : snapshot.history.times_ns)
        time_ns = 7;
    const auto times = history_times(snapshot);
    EXPECT_LE(history_of(snapshot, kOrigins, times, snapshot.taken_at_ns).size(), times.size());
}

TEST(History, BelongsToTheGroup) {
    SnapshotBuilder builder;
    builder.process({}).origin({.id = 1}, {.births = 30, .deaths = 0});
    builder.objects(1, {.origin = 1});
    builder.snapshot.history.times_ns = {98 * kSecond, 99 * kSecond};
    builder.snapshot.history.outstanding[OriginId{1}] = {10, 20};
    const AnalyzedGroups analyzed = analyze(builder.snapshot, {});
    EXPECT_THAT(analyzed.history_times_ns,
                ElementsAre(98 * kSecond, 99 * kSecond, builder.snapshot.taken_at_ns));
    EXPECT_THAT(analyzed.groups.at(0).history, ElementsAre(10, 20, 30));
}

} // namespace
} // namespace unfreed::test
