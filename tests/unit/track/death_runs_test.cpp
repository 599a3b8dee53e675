// SPDX-License-Identifier: BSD-2-Clause
#include "track/death_runs.h"

#include <gtest/gtest.h>

namespace unfreed {
namespace {

constexpr std::uint64_t kMs = 1'000'000;
constexpr OriginId kOrigin{1};

TEST(DeathRuns, HasTheLatestRowOfEachOrigin) {
    DeathRuns runs;
    runs.died(kOrigin, 10 * kMs, 1000 * kMs);
    runs.died(kOrigin, 20 * kMs, 5000 * kMs); // after a pause: another row
    runs.died(kOrigin, 900 * kMs, 5003 * kMs);
    runs.died(kOrigin, 30 * kMs, 5002 * kMs); // by another CPU, heard of later
    runs.died(OriginId{2}, 0, 7 * kMs);
    const LastDeaths& latest = runs.latest().at(kOrigin);
    EXPECT_EQ(latest.count, 3U);
    EXPECT_EQ(latest.first_ns, 5000 * kMs);
    EXPECT_EQ(latest.last_ns, 5003 * kMs);
    EXPECT_EQ(latest.oldest_age_ns, 4980 * kMs);
    EXPECT_EQ(runs.latest().at(OriginId{2}).count, 1U);
    runs.forget(kOrigin);
    EXPECT_EQ(runs.latest().count(kOrigin), 0U);
}

TEST(DeathRuns, AProcessThatWaitsForACpuClosesOneRow) {
    DeathRuns runs;
    runs.died(kOrigin, 0, 5000 * kMs);
    runs.died(kOrigin, 0, 5300 * kMs);
    EXPECT_EQ(runs.latest().at(kOrigin).count, 2U);
}

} // namespace
} // namespace unfreed
