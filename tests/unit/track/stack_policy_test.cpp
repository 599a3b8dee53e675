// SPDX-License-Identifier: BSD-2-Clause
#include "support/event_builder.h"
#include "track/stack_policy.h"

#include <gmock/gmock.h>

namespace unfreed {
namespace {

using test::kSecond;
using testing::ElementsAre;
using testing::IsEmpty;

TableSnapshot table(std::uint64_t seconds, const std::vector<std::uint32_t>& survivors,
                    std::unordered_map<OriginId, OriginCounts> origins) {
    TableSnapshot snapshot;
    snapshot.taken_at_ns = seconds * kSecond;
    snapshot.origins = std::move(origins);
    for (std::uint32_t origin : survivors) {
        TableObject object;
        object.origin = OriginId{origin};
        snapshot.objects.push_back(object);
    }
    return snapshot;
}

OriginCounts born(std::uint64_t births, bool walked = false, std::uint32_t split_of = 0) {
    OriginCounts counts;
    counts.births = births;
    counts.walked = walked;
    counts.split_of = OriginId{split_of};
    return counts;
}

TEST(StackPolicy, WalksWhereObjectsSurviveOnly) {
    StackPolicy policy;
    EXPECT_THAT(
        policy.decide(table(1, {1}, {{OriginId{1}, born(10)}, {OriginId{2}, born(10)}})).walk,
        IsEmpty()); // the rate is not known yet
    const auto change =
        policy.decide(table(2, {1, 1, 1}, {{OriginId{1}, born(20)}, {OriginId{2}, born(20)}}));
    EXPECT_THAT(change.walk, ElementsAre(OriginId{1}));
    EXPECT_THAT(change.spare, IsEmpty());
}

TEST(StackPolicy, TakesTheSlowestUntilTheBudgetIsSpent) {
    StackPolicy policy(100);
    policy.decide(table(1, {}, {}));
    const auto change = policy.decide(
        table(2, {1, 2, 3},
              {{OriginId{1}, born(60)}, {OriginId{2}, born(1'000'000)}, {OriginId{3}, born(30)}}));
    EXPECT_THAT(change.walk, ElementsAre(OriginId{3}, OriginId{1}));
}

TEST(StackPolicy, StopsWhenAnOriginGetsTooFastOrItsObjectsAreGone) {
    StackPolicy policy(100);
    policy.decide(table(1, {}, {}));
    const auto change = policy.decide(
        table(2, {1}, {{OriginId{1}, born(500, true)}, {OriginId{2}, born(1, true)}}));
    EXPECT_THAT(change.walk, IsEmpty());
    EXPECT_THAT(change.spare, testing::UnorderedElementsAre(OriginId{1}, OriginId{2}));
}

TEST(StackPolicy, AStackOfItsOwnKeepsItsKeyWalked) {
    StackPolicy policy(100);
    policy.decide(table(1, {}, {}));
    // Nothing of the key's first stack survives, of the stack that split off something does.
    const auto change = policy.decide(
        table(2, {2}, {{OriginId{1}, born(10, true)}, {OriginId{2}, born(10, false, 1)}}));
    EXPECT_THAT(change.walk, IsEmpty());
    EXPECT_THAT(change.spare, IsEmpty());
    // Births of all stacks of the key cost walks.
    EXPECT_THAT(policy
                    .decide(table(
                        3, {2}, {{OriginId{1}, born(70, true)}, {OriginId{2}, born(70, false, 1)}}))
                    .spare,
                ElementsAre(OriginId{1}));
}

} // namespace
} // namespace unfreed
