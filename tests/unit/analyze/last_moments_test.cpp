// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/last_moments.h"
#include "analyze/leak_analyzer.h"
#include "support/analyze_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unfreed::test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

constexpr std::uint64_t kMs = 1'000'000;
constexpr std::uint64_t kEnd = 98 * kSecond;

LastDeaths row_of(std::uint64_t count, std::uint64_t first_before_end_ns,
                  std::uint64_t last_before_end_ns = kMs) {
    return {count, kEnd - first_before_end_ns, kEnd - last_before_end_ns, 4 * kSecond};
}

class LastMomentsTest : public testing::Test {
  protected:
    LastMomentsTest() {
        builder.process({.comm = "python3", .alive = false, .exited_at_ns = kEnd});
        builder.origin({.id = 1}, {.births = 500, .deaths = 500});
    }
    std::vector<FoundLastMoments> found() { return last_moments(builder.snapshot, 40 * kSecond); }

    SnapshotBuilder builder;
};

TEST_F(LastMomentsTest, TellWhatWasClosedInARowRightBeforeTheEnd) {
    builder.snapshot.last_deaths[OriginId{1}] = row_of(500, 40 * kMs);
    builder.snapshot.history.times_ns = {50 * kSecond, 60 * kSecond};
    builder.snapshot.history.outstanding[OriginId{1}] = {700, 500};
    const auto all = found();
    ASSERT_THAT(all, SizeIs(1));
    const LastMoments& one = all[0].moments;
    EXPECT_EQ(one.pid, 100U);
    EXPECT_EQ(one.comm, "python3");
    EXPECT_EQ(one.count, 500U);
    EXPECT_EQ(one.began_before_end_ns, 40 * kMs);
    EXPECT_EQ(one.lasted_ns, 39 * kMs);
    EXPECT_EQ(one.oldest_ns, 4 * kSecond);
    EXPECT_EQ(one.peak, 700U);
    EXPECT_EQ(one.peak_after_ns, 10 * kSecond);
    EXPECT_THAT(analyze(builder.snapshot, run_mode()).last_moments, SizeIs(1));
}

TEST_F(LastMomentsTest, SayNothingOfAFewOfAWhileBeforeOrOfWhoLives) {
    builder.snapshot.last_deaths[OriginId{1}] = row_of(5, 40 * kMs);
    EXPECT_THAT(found(), IsEmpty());
    builder.snapshot.last_deaths[OriginId{1}] = row_of(500, 2 * kSecond, kSecond);
    EXPECT_THAT(found(), IsEmpty());
    builder.snapshot.last_deaths[OriginId{1}] = row_of(500, 40 * kMs);
    EXPECT_THAT(found(), SizeIs(1));
    builder.process({.alive = true});
    EXPECT_THAT(found(), IsEmpty());
}

TEST_F(LastMomentsTest, SumOriginsOfOneCacheAndPutSocketsFirst) {
    builder.origin({.id = 2}, {.births = 10, .deaths = 10});
    builder.origin({.id = 3, .object_class = ObjectClass::slab, .cache_name = "filp"},
                   {.births = 900, .deaths = 900});
    builder.snapshot.last_deaths[OriginId{1}] = row_of(20, 40 * kMs);
    builder.snapshot.last_deaths[OriginId{2}] = row_of(10, 50 * kMs);
    builder.snapshot.last_deaths[OriginId{3}] = row_of(900, 50 * kMs);
    const auto all = found();
    ASSERT_THAT(all, SizeIs(2));
    EXPECT_EQ(all[0].moments.count, 30U);
    EXPECT_EQ(all[0].moments.object_class, ObjectClass::socket);
    EXPECT_EQ(all[0].moments.began_before_end_ns, 50 * kMs);
    EXPECT_EQ(all[1].moments.count, 900U);
}

// A recording has them in another order than the trace, and only one stack has names.
TEST_F(LastMomentsTest, ShowTheSameStackInWhicheverOrderOriginsCome) {
    builder.origin({.id = 2, .user_stack = {0x2}}, {.births = 20, .deaths = 20});
    builder.origin({.id = 3, .user_stack = {0x3}}, {.births = 20, .deaths = 20});
    for (const auto& [first, second] : {std::pair(2U, 3U), std::pair(3U, 2U)}) {
        builder.snapshot.last_deaths.clear();
        builder.snapshot.last_deaths[OriginId{first}] = row_of(20, 40 * kMs);
        builder.snapshot.last_deaths[OriginId{second}] = row_of(20, 40 * kMs);
        const auto all = found();
        ASSERT_THAT(all, SizeIs(1));
        EXPECT_EQ(all[0].user_stack, std::vector<std::uint64_t>{0x2});
    }
}

} // namespace
} // namespace unfreed::test
