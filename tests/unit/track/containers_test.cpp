// SPDX-License-Identifier: BSD-2-Clause
#include "support/event_builder.h"
#include "track/address_map.h"
#include "track/count_history.h"
#include "track/stage_times.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unordered_map>

namespace unfreed::test {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

TEST(AddressMap, BehavesLikeAMapUnderRandomUse) {
    AddressMap<int> map;
    std::unordered_map<std::uint64_t, int> model;
    std::uint64_t random = 42;
    for (int i = 0; i < 200'000; ++i) {
        random = random * 6364136223846793005ULL + 1442695040888963407ULL;
        // Few addresses, so that they collide, come back, and their runs are cut by erasures.
        const std::uint64_t address = 0xffff888000000000 + ((random >> 33) % 500) * 64;
        if ((random >> 60) % 2) {
            const auto slot = map.find_or_insert(address);
            ASSERT_EQ(slot.inserted, model.count(address) == 0);
            slot.value = i;
            model[address] = i;
        } else {
            ASSERT_EQ(map.erase(address), model.erase(address) == 1);
        }
        ASSERT_EQ(map.size(), model.size());
    }
    ASSERT_GT(model.size(), 100U);
    for (const auto& [address, value] : model) {
        ASSERT_NE(map.find(address), nullptr);
        EXPECT_EQ(*map.find(address), value);
    }
    std::size_t visited = 0;
    map.for_each([&](std::uint64_t address, int value) {
        ++visited;
        EXPECT_EQ(model.at(address), value);
    });
    EXPECT_EQ(visited, model.size());
}

TEST(AddressMap, EraseIfRemovesExactlyWhatItIsTold) {
    AddressMap<std::uint64_t> map;
    for (std::uint64_t i = 1; i <= 10'000; ++i)
        map.find_or_insert(i * 8).value = i;
    const std::size_t full = map.memory_bytes();
    map.erase_if([](std::uint64_t address, std::uint64_t& value) {
        EXPECT_EQ(address, value * 8);
        return value % 100 != 0;
    });
    EXPECT_EQ(map.size(), 100U);
    for (std::uint64_t i = 1; i <= 10'000; ++i)
        EXPECT_EQ(map.find(i * 8) != nullptr, i % 100 == 0) << i;
    EXPECT_LT(map.memory_bytes(), full / 8);
}

TEST(StageTimes, ListsAreSeparateAndNodesAreUsedAgain) {
    StageTimes times;
    StageTimes::Head a = 0;
    StageTimes::Head b = 0;
    times.add(a, 1, 10);
    times.add(b, 1, 20);
    times.add(a, 2, 30);
    times.add(a, 1, 40); // later: the first time stays
    times.add(b, 1, 15); // records may come out of order: the earliest counts
    const auto read = [&](StageTimes::Head head) {
        std::vector<std::pair<std::uint32_t, std::uint64_t>> found;
        times.for_each(head, [&](std::uint32_t stage, std::uint64_t time_ns) {
            found.emplace_back(stage, time_ns);
        });
        return found;
    };
    EXPECT_THAT(read(a), UnorderedElementsAre(std::pair(1, 10), std::pair(2, 30)));
    EXPECT_THAT(read(b), UnorderedElementsAre(std::pair(1, 15)));
    times.release(a);
    EXPECT_EQ(a, 0U);
    EXPECT_EQ(times.size(), 1U);
    const std::size_t memory = times.memory_bytes();
    times.add(a, 4, 50);
    times.add(a, 8, 60);
    EXPECT_EQ(times.memory_bytes(), memory);
    EXPECT_THAT(read(a), UnorderedElementsAre(std::pair(4, 50), std::pair(8, 60)));
    EXPECT_THAT(read(b), UnorderedElementsAre(std::pair(1, 15)));
    times.release(a);
    times.release(b);
    EXPECT_EQ(times.memory_bytes(), 0U);
}

std::unordered_map<OriginId, OriginCounts> live(std::uint32_t id, std::uint64_t count) {
    return {{OriginId{id}, OriginCounts{.births = count}}};
}

TEST(CountHistory, SeriesShareOneTimeAxis) {
    CountHistory history;
    history.add(10, live(1, 5));
    history.add(20, {});
    history.add(30, live(2, 7));
    history.add(30, live(2, 9)); // no later than the last
    history.add(40, live(1, 6));
    EXPECT_THAT(history.points().times_ns, ElementsAre(10U, 20U, 30U, 40U));
    EXPECT_THAT(history.points().outstanding.at(OriginId{1}), ElementsAre(5U, 0U, 0U, 6U));
    EXPECT_THAT(history.points().outstanding.at(OriginId{2}), ElementsAre(0U, 0U, 7U));
}

TEST(CountHistory, OriginsWithoutSurvivorsCostNothing) {
    CountHistory history;
    history.add(10, {{OriginId{1}, OriginCounts{.births = 9, .deaths = 9}}});
    EXPECT_TRUE(history.points().outstanding.empty());
    // Counters are read while they move.
    history.add(20, {{OriginId{1}, OriginCounts{.births = 9, .deaths = 10}}});
    EXPECT_TRUE(history.points().outstanding.empty());
}

TEST(CountHistory, AnyLengthIsCoveredEvenlyByABoundedNumberOfPoints) {
    CountHistory history;
    for (std::uint64_t tick = 0; tick < 10'000; ++tick) {
        history.add(1000 + tick, live(1, tick + 1));
        ASSERT_LE(history.points().times_ns.size(), CountHistory::kMaxPoints);
    }
    const OutstandingHistory& points = history.points();
    ASSERT_GE(points.times_ns.size(), CountHistory::kMaxPoints / 2);
    const std::uint64_t step = points.times_ns[1] - points.times_ns[0];
    for (std::size_t i = 0; i < points.times_ns.size(); ++i) {
        EXPECT_EQ(points.times_ns[i], 1000 + i * step);
        // Times and counts are thinned alike.
        EXPECT_EQ(points.outstanding.at(OriginId{1})[i], i * step + 1);
    }
    EXPECT_GT(points.times_ns.back() + 2 * step, 1000U + 10'000U);
}

TEST(CountHistory, ThinningForgetsOriginsThatAreLongGone) {
    CountHistory history;
    history.add(1, live(2, 1));
    history.add(2, live(1, 1));
    for (std::uint64_t tick = 3; tick < 300; ++tick)
        history.add(tick, live(2, 1));
    EXPECT_EQ(history.points().outstanding.count(OriginId{1}), 0U);
    EXPECT_EQ(history.points().outstanding.count(OriginId{2}), 1U);
}

} // namespace
} // namespace unfreed::test
