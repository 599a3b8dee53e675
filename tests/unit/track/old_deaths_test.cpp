// SPDX-License-Identifier: BSD-2-Clause
#include "support/event_builder.h"
#include "track/old_deaths.h"

#include <gtest/gtest.h>

#include <numeric>

namespace unfreed::test {
namespace {

constexpr OriginId kOrigin{1};

std::uint64_t count(const DeathCells& cells) {
    return std::accumulate(
        cells.begin(), cells.end(), std::uint64_t{0},
        [](std::uint64_t sum, const DeathCell& cell) { return sum + cell.count; });
}

TEST(OldDeaths, KeepsWhenTheyWereBornAndDied) {
    OldDeaths deaths;
    deaths.tick(100 * kSecond);
    deaths.died(kOrigin, 101 * kSecond, 110 * kSecond);
    deaths.died(kOrigin, 101 * kSecond + 1, 110 * kSecond + 1);
    deaths.died(kOrigin, 105 * kSecond, 106 * kSecond - 1); // too young
    const DeathCells& cells = deaths.record().by_origin.at(kOrigin);
    ASSERT_EQ(cells.size(), 1U);
    EXPECT_EQ(cells[0].birth, 2);
    EXPECT_EQ(cells[0].death, 20);
    EXPECT_EQ(cells[0].count, 2U);
}

TEST(OldDeaths, ALongTraceHasWiderCellsAndTheSameDeaths) {
    OldDeaths deaths;
    deaths.tick(100 * kSecond);
    for (std::uint64_t s = 0; s < 1000; ++s)
        deaths.died(kOrigin, (100 + s) * kSecond, (130 + s) * kSecond);
    const DeathRecord& record = deaths.record();
    const DeathCells& cells = record.by_origin.at(kOrigin);
    EXPECT_EQ(count(cells), 1000U);
    EXPECT_EQ(record.cell_ns, 16 * kSecond);
    EXPECT_LE(cells.size(), 3U * DeathRecord::kMaxCells);
    for (const DeathCell& cell : cells) {
        EXPECT_LT(cell.death, DeathRecord::kMaxCells);
        EXPECT_GE(cell.death - cell.birth, 1);
        EXPECT_LE(cell.death - cell.birth, 2);
    }
}

TEST(OldDeaths, OlderOnesAreToldByWhoFreedThem) {
    const std::uint64_t server = by_program("server");
    const std::uint64_t disk = by_device(7);
    OldDeaths deaths;
    deaths.tick(100 * kSecond);
    UnfollowedCache sockets{"TCP", 10, 50, {{server, {5, 25}}}};
    // The tool's own: who makes a dentry does not say where.
    UnfollowedCache dentries{"dentry", 90, 100, {{disk, {0, 40}}}};
    deaths.older(std::vector{sockets, dentries}, 101 * kSecond);
    const auto gone = [&](const std::string& cache, std::uint64_t by) {
        const auto found = deaths.record().older.find({cache, by});
        return found == deaths.record().older.end() ? 0 : found->second.at(2);
    };
    EXPECT_EQ(gone("TCP", server), 20U);
    EXPECT_EQ(gone("TCP", 0), 20U);
    EXPECT_EQ(gone("dentry", disk), 10U);
    EXPECT_EQ(gone("dentry", 0), 0U);
}

TEST(OldDeaths, OlderOnesAreThoseThatDiedBeyondTheBirthsSeen) {
    OldDeaths deaths;
    deaths.tick(100 * kSecond);
    std::vector<UnfollowedCache> caches{{"TCP", 2, 5}};
    deaths.older(caches, 101 * kSecond);
    caches[0] = {"TCP", 4, 5}; // fewer than before: the tool's own are alive
    deaths.older(caches, 102 * kSecond);
    caches[0] = {"TCP", 4, 9};
    deaths.older(caches, 103 * kSecond);
    const std::vector<std::uint64_t>& gone = deaths.record().older.at({"TCP", 0});
    EXPECT_EQ(gone.at(2), 3U);
    EXPECT_EQ(gone.at(6), 2U);
    EXPECT_EQ(std::accumulate(gone.begin(), gone.end(), 0U), 5U);
    EXPECT_TRUE(deaths.record().older_known);
}

TEST(OldDeaths, OfAnEndedProcessTheyAreKeptByPlace) {
    OldDeaths deaths;
    deaths.tick(100 * kSecond);
    deaths.died(kOrigin, 101 * kSecond, 110 * kSecond);
    deaths.died(OriginId{2}, 101 * kSecond, 110 * kSecond);
    const OriginEvent one = origin_event({.id = 1}), two = origin_event({.id = 2, .tgid = 5});
    deaths.forget(kOrigin, &one);
    deaths.forget(OriginId{2}, &two);
    deaths.forget(OriginId{3}, nullptr);
    EXPECT_TRUE(deaths.record().by_origin.empty());
    ASSERT_EQ(deaths.record().retired.size(), 1U);
    EXPECT_EQ(deaths.record().retired.begin()->first.comm, "leaker");
    EXPECT_EQ(count(deaths.record().retired.begin()->second), 2U);
}

TEST(OldDeaths, HalfOfTheSampleIsHalfOfTheDead) {
    OldDeaths deaths;
    deaths.tick(100 * kSecond);
    for (int i = 0; i < 7; ++i)
        deaths.died(kOrigin, 101 * kSecond, 110 * kSecond);
    deaths.halve_counts();
    EXPECT_EQ(count(deaths.record().by_origin.at(kOrigin)), 4U);
}

} // namespace
} // namespace unfreed::test
