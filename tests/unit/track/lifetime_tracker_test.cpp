// SPDX-License-Identifier: BSD-2-Clause
#include "support/event_builder.h"
#include "support/fake_process_reader.h"
#include "track/lifetime_tracker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unfreed::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

class LifetimeTrackerTest : public testing::Test {
  protected:
    static TrackerOptions options() {
        TrackerOptions options;
        options.promotion_age_ns[UF_CLASS_SLAB] = kSecond;
        return options;
    }
    std::vector<std::uint64_t> addresses(const TableSnapshot& now) const {
        std::vector<std::uint64_t> found;
        for (const LiveObject& object : tracker.snapshot(now).objects)
            found.push_back(object.slot.address);
        return found;
    }

    FakeProcessReader reader;
    LifetimeTracker tracker{options(), reader};
};

TEST_F(LifetimeTrackerTest, AnObjectIsPromotedOnceAtItsClassesAge) {
    const ObjectSpec slab{.birth_ns = 10 * kSecond, .object_class = ObjectClass::slab};
    EXPECT_THAT(tracker.reconcile(table({.taken_at_ns = 11 * kSecond - 1, .objects = {slab}})),
                IsEmpty());
    EXPECT_THAT(tracker.reconcile(table({.taken_at_ns = 11 * kSecond, .objects = {slab}})),
                ElementsAre(ObjectKey{0x1000, 10 * kSecond}));
    EXPECT_THAT(tracker.reconcile(table({.taken_at_ns = 12 * kSecond, .objects = {slab}})),
                IsEmpty());
    EXPECT_EQ(tracker.tracked(), 1U);
}

TEST_F(LifetimeTrackerTest, PromotionAgeZeroMeansTheFirstTable) {
    // Born while the table was being copied, so later than the time of the copy.
    const auto now =
        table({.taken_at_ns = 10 * kSecond, .objects = {{.birth_ns = 10 * kSecond + 5}}});
    EXPECT_EQ(tracker.reconcile(now).size(), 1U);
    EXPECT_THAT(addresses(now), ElementsAre(0x1000U));
}

TEST_F(LifetimeTrackerTest, BirthAfterTheCopyIsNotOld) {
    const auto now =
        table({.taken_at_ns = 10 * kSecond,
               .objects = {{.birth_ns = 11 * kSecond, .object_class = ObjectClass::slab}}});
    EXPECT_THAT(tracker.reconcile(now), IsEmpty());
}

TEST_F(LifetimeTrackerTest, ASnapshotHasYoungObjectsToo) {
    const auto now = table(
        {.taken_at_ns = 10 * kSecond,
         .objects = {
             {.address = 0x2000, .birth_ns = 10 * kSecond},
             {.address = 0x1000, .birth_ns = 10 * kSecond, .object_class = ObjectClass::slab}}});
    tracker.reconcile(now);
    EXPECT_EQ(tracker.tracked(), 1U);
    EXPECT_THAT(addresses(now), ElementsAre(0x1000U, 0x2000U)); // sorted
}

TEST_F(LifetimeTrackerTest, AFreeRecordEndsAnObject) {
    tracker.reconcile(table({.objects = {{}}}));
    tracker.apply(free_event({.time_ns = 11 * kSecond}));
    EXPECT_EQ(tracker.tracked(), 0U);
    EXPECT_EQ(tracker.stats().freed, 1U);
    EXPECT_EQ(tracker.stats().unknown_frees, 0U);
}

TEST_F(LifetimeTrackerTest, AFreeHeardOfAfterTheCopyHidesTheObject) {
    const auto now = table({.taken_at_ns = 10 * kSecond, .objects = {{}}});
    tracker.reconcile(now);
    tracker.apply(free_event({.time_ns = 10 * kSecond + 1}));
    EXPECT_THAT(addresses(now), IsEmpty());
}

TEST_F(LifetimeTrackerTest, FreeBeforePromoteDoesNotBringItBack) {
    tracker.reconcile(table({.taken_at_ns = 9 * kSecond}));
    tracker.apply(free_event({.time_ns = 10 * kSecond + 1}));
    EXPECT_EQ(tracker.stats().unknown_frees, 1U);
    // The copy was made before the object died, and is looked at after.
    const auto stale = table({.taken_at_ns = 10 * kSecond, .objects = {{}}});
    EXPECT_THAT(tracker.reconcile(stale), IsEmpty());
    EXPECT_THAT(addresses(stale), IsEmpty());
    // The next object at that address is another one.
    const auto next = table({.taken_at_ns = 12 * kSecond, .objects = {{.birth_ns = 11 * kSecond}}});
    EXPECT_THAT(tracker.reconcile(next), ElementsAre(ObjectKey{0x1000, 11 * kSecond}));
}

TEST_F(LifetimeTrackerTest, FreesAreForgottenWhenNoCopyCanShowThemAnyMore) {
    for (std::uint64_t i = 1; i <= 1000; ++i)
        tracker.apply(free_event({.address = i * 64, .time_ns = 10 * kSecond}));
    const std::size_t full = tracker.memory_bytes();
    tracker.reconcile(table({.taken_at_ns = 11 * kSecond}));
    tracker.reconcile(table({.taken_at_ns = 12 * kSecond}));
    EXPECT_LT(tracker.memory_bytes(), full / 8);
}

TEST_F(LifetimeTrackerTest, AnUnknownFreeIsCountedAndHarmless) {
    const auto now = table({.objects = {{}}});
    tracker.reconcile(now);
    tracker.apply(free_event({.address = 0x5000}));
    tracker.apply(free_event({.address = 0x1000, .birth_ns = kSecond - 1})); // an earlier one
    EXPECT_EQ(tracker.stats().unknown_frees, 2U);
    EXPECT_THAT(addresses(now), ElementsAre(0x1000U));
    EXPECT_EQ(tracker.tracked(), 1U);
}

TEST_F(LifetimeTrackerTest, AnObjectThatIsGoneFromTheTableIsDead) {
    tracker.reconcile(table({.objects = {{.address = 0x1000}, {.address = 0x2000}}}));
    const auto later = table({.taken_at_ns = 11 * kSecond, .objects = {{.address = 0x2000}}});
    EXPECT_THAT(tracker.reconcile(later), IsEmpty());
    EXPECT_EQ(tracker.tracked(), 1U);
    EXPECT_EQ(tracker.stats().found_dead, 1U);
    // Its free record comes late.
    tracker.apply(free_event({.address = 0x1000, .time_ns = 10 * kSecond}));
    EXPECT_EQ(tracker.stats().unknown_frees, 1U);
    EXPECT_THAT(addresses(later), ElementsAre(0x2000U));
}

TEST_F(LifetimeTrackerTest, AnObjectThatFellOutOfTheSampleIsNotFoundDead) {
    std::vector<ObjectSpec> objects;
    for (std::uint64_t i = 0; i < 1000; ++i)
        objects.push_back({.address = 0x1000 * (i + 1)});
    auto now = table({.taken_at_ns = 10 * kSecond, .objects = objects});
    tracker.reconcile(now);
    now.taken_at_ns = 11 * kSecond;
    now.sampling = {4, 42};
    std::erase_if(now.objects,
                  [&](const TableObject& object) { return !now.sampling.follows(object.address); });
    now.objects.pop_back(); // this one has died
    tracker.reconcile(now);
    EXPECT_EQ(tracker.stats().found_dead, 1U);
    EXPECT_EQ(tracker.stats().sampled_out, 1000 - 1 - now.objects.size());
    EXPECT_EQ(tracker.snapshot(now).one_in, 4U);
}

TEST_F(LifetimeTrackerTest, HistoryIsThatOfAllObjectsWhateverTheSample) {
    auto now = table({.taken_at_ns = 10 * kSecond, .origins = {{1, {.births = 800}}}});
    tracker.reconcile(now);
    now = table({.taken_at_ns = 11 * kSecond, .origins = {{1, {.births = 210}}}});
    now.sampling.one_in = 4;
    tracker.reconcile(now);
    EXPECT_THAT(tracker.snapshot(now).history.outstanding.at(OriginId{1}), ElementsAre(800, 840));
}

TEST_F(LifetimeTrackerTest, AnObjectWithoutItsOriginNamesItsProcess) {
    reader.running[100] = {"leaker", "/bin/leaker", "/cg", {}, 1};
    const auto now = table({.objects = {{.origin = 9, .tgid = 100}}});
    tracker.reconcile(now);
    const Snapshot snapshot = tracker.snapshot(now);
    ASSERT_EQ(snapshot.processes.count(100), 1U);
    EXPECT_EQ(snapshot.processes.at(100).comm, "leaker");
}

TEST_F(LifetimeTrackerTest, ANewerBirthReplacesTheObject) {
    tracker.reconcile(table({.objects = {{}}}));
    tracker.apply(stage_event());
    const auto later =
        table({.taken_at_ns = 12 * kSecond, .objects = {{.birth_ns = 11 * kSecond}}});
    EXPECT_THAT(tracker.reconcile(later), ElementsAre(ObjectKey{0x1000, 11 * kSecond}));
    EXPECT_EQ(tracker.stats().replaced, 1U);
    const Snapshot snapshot = tracker.snapshot(later);
    ASSERT_EQ(snapshot.objects.size(), 1U);
    EXPECT_THAT(snapshot.objects[0].stage_times_ns, IsEmpty()); // those of the former one
    // News of the former one do not touch it.
    tracker.apply(stage_event());
    tracker.apply(free_event());
    EXPECT_THAT(tracker.snapshot(later).objects[0].stage_times_ns, IsEmpty());
    EXPECT_EQ(tracker.tracked(), 1U);
}

TEST_F(LifetimeTrackerTest, ANewerFreeEndsTheFormerObjectToo) {
    tracker.reconcile(table({.objects = {{}}}));
    tracker.apply(free_event({.birth_ns = 11 * kSecond, .time_ns = 12 * kSecond}));
    EXPECT_EQ(tracker.tracked(), 0U);
    EXPECT_THAT(addresses(table({.objects = {{}}})), IsEmpty());
}

TEST_F(LifetimeTrackerTest, AnAddressThatMovedDuringTheCopyIsOneObject) {
    const ObjectSpec old_one{.birth_ns = kSecond, .object_class = ObjectClass::slab};
    const ObjectSpec new_one{.birth_ns = 10 * kSecond, .object_class = ObjectClass::slab};
    for (const auto& objects :
         {std::vector{old_one, new_one}, std::vector{new_one, old_one}, std::vector{old_one}}) {
        LifetimeTracker fresh{options(), reader};
        fresh.reconcile(table({.taken_at_ns = 9 * kSecond, .objects = {old_one}}));
        const auto twice = table({.taken_at_ns = 10 * kSecond, .objects = objects});
        EXPECT_THAT(fresh.reconcile(twice), IsEmpty());
        const Snapshot snapshot = fresh.snapshot(twice);
        ASSERT_EQ(snapshot.objects.size(), 1U);
        EXPECT_EQ(snapshot.objects[0].slot.birth_ns, objects.size() == 2 ? 10 * kSecond : kSecond);
        EXPECT_EQ(fresh.tracked(), objects.size() == 2 ? 0U : 1U);
    }
}

TEST_F(LifetimeTrackerTest, OfOneAddressTheLatestBirthLivesInAnyOrder) {
    const ObjectSpec old_one{.birth_ns = kSecond};
    const ObjectSpec new_one{.birth_ns = 2 * kSecond};
    for (const auto& objects : {std::vector{old_one, new_one}, std::vector{new_one, old_one}}) {
        const auto twice = table({.objects = objects});
        LifetimeTracker fresh{options(), reader};
        // Without any tracking.
        ASSERT_EQ(fresh.snapshot(twice).objects.size(), 1U);
        EXPECT_EQ(fresh.snapshot(twice).objects[0].slot.birth_ns, 2 * kSecond);
        fresh.reconcile(twice);
        fresh.apply(stage_event({.birth_ns = 2 * kSecond}));
        EXPECT_EQ(fresh.stats().unknown_stages, 0U); // the new one is tracked
        EXPECT_EQ(fresh.tracked(), 1U);
    }
}

TEST_F(LifetimeTrackerTest, StageTimesOfReplacedObjectsAreGivenBack) {
    std::size_t memory = 0;
    for (std::uint64_t birth = 1; birth <= 1000; ++birth) {
        tracker.reconcile(table({.taken_at_ns = birth, .objects = {{.birth_ns = birth}}}));
        tracker.apply(stage_event({.birth_ns = birth}));
        if (birth == 1)
            memory = tracker.memory_bytes();
    }
    EXPECT_EQ(tracker.stats().replaced, 999U);
    EXPECT_EQ(tracker.memory_bytes(), memory);
}

TEST_F(LifetimeTrackerTest, StageTimesAreKeptForTheirObject) {
    const auto now = table({.objects = {{.address = 0x1000}, {.address = 0x2000}}});
    tracker.reconcile(now);
    tracker.apply(stage_event({.time_ns = 5, .stage = UF_STAGE_FD_INSTALLED}));
    tracker.apply(stage_event({.time_ns = 8, .stage = UF_STAGE_RELEASED}));
    tracker.apply(stage_event({.time_ns = 9, .stage = UF_STAGE_RELEASED})); // the first counts
    const Snapshot snapshot = tracker.snapshot(now);
    EXPECT_THAT(snapshot.objects[0].stage_times_ns,
                UnorderedElementsAre(Pair(UF_STAGE_FD_INSTALLED, 5), Pair(UF_STAGE_RELEASED, 8)));
    // The copy was made before; the object is known to be released now.
    EXPECT_EQ(snapshot.objects[0].slot.stages,
              std::uint32_t{UF_STAGE_FD_INSTALLED | UF_STAGE_RELEASED});
    EXPECT_THAT(snapshot.objects[1].stage_times_ns, IsEmpty());
    EXPECT_EQ(snapshot.objects[1].slot.stages, 0U);
}

TEST_F(LifetimeTrackerTest, AStageOfAnUnknownObjectIsCountedAndForgotten) {
    tracker.apply(stage_event());
    EXPECT_EQ(tracker.stats().unknown_stages, 1U);
    const auto now = table({.objects = {{}}});
    tracker.reconcile(now);
    EXPECT_THAT(tracker.snapshot(now).objects[0].stage_times_ns, IsEmpty());
}

TEST_F(LifetimeTrackerTest, MemoryFollowsTheLivingObjects) {
    TableSpec many;
    for (std::uint64_t i = 1; i <= 100'000; ++i)
        many.objects.push_back({.address = i * 64});
    tracker.reconcile(table(many));
    for (const ObjectSpec& object : many.objects)
        tracker.apply(stage_event({.address = object.address}));
    const std::size_t full = tracker.memory_bytes();
    tracker.reconcile(table({.taken_at_ns = 11 * kSecond, .objects = {{}}}));
    EXPECT_EQ(tracker.tracked(), 1U);
    tracker.reconcile(table({.taken_at_ns = 12 * kSecond}));
    EXPECT_LT(tracker.memory_bytes(), full / 100);
}

TEST_F(LifetimeTrackerTest, OriginsMayComeAfterTheirObjects) {
    const auto now = table({.objects = {{}}, .origins = {{1, {.births = 1}}}});
    tracker.reconcile(now);
    EXPECT_THAT(tracker.snapshot(now).origins, IsEmpty());
    tracker.apply(origin_event());
    const Snapshot snapshot = tracker.snapshot(now);
    ASSERT_EQ(snapshot.origins.count(OriginId{1}), 1U);
    EXPECT_EQ(snapshot.origins.at(OriginId{1}).comm, "leaker");
    EXPECT_EQ(snapshot.counts.at(OriginId{1}).births, 1U);
}

TEST_F(LifetimeTrackerTest, ARepeatedOriginOnlyAddsWhatWasMissing) {
    tracker.apply(origin_event({.cache_object_bytes = 0, .cache_name = "", .kernel_stack = {}}));
    tracker.apply(origin_event({.kernel_stack = {0x10, 0x20}, .user_stack = {0x99}}));
    EXPECT_EQ(tracker.stats().repeated_origins, 1U);
    const Snapshot snapshot = tracker.snapshot({});
    const OriginEvent& origin = snapshot.origins.at(OriginId{1});
    EXPECT_THAT(origin.kernel_stack, ElementsAre(0x10U, 0x20U));
    EXPECT_THAT(origin.user_stack, ElementsAre(0x1U));
    EXPECT_EQ(origin.cache_name, "TCP");
    EXPECT_EQ(origin.cache_object_bytes, 1024U);
}

TEST_F(LifetimeTrackerTest, HistoryCountsWhatIsOutstandingAtEachTick) {
    tracker.reconcile(table({.taken_at_ns = 1, .origins = {{1, {.births = 3, .deaths = 1}}}}));
    tracker.reconcile(table(
        {.taken_at_ns = 2, .origins = {{1, {.births = 5, .deaths = 5, .exit_released = 4}}}}));
    const Snapshot snapshot = tracker.snapshot({});
    EXPECT_THAT(snapshot.history.times_ns, ElementsAre(1U, 2U));
    EXPECT_THAT(snapshot.history.outstanding.at(OriginId{1}), ElementsAre(2U, 4U));
}

TEST_F(LifetimeTrackerTest, CountsOfRetiredOriginsStayByCache) {
    tracker.apply(origin_event({.id = 1, .cache_name = "TCP"}));
    tracker.apply(origin_event({.id = 2, .cache_name = "TCP"}));
    tracker.forget({OriginId{1}, {.births = 5, .deaths = 5, .replaced = 2}});
    tracker.forget({OriginId{2}, {.births = 1, .deaths = 1}});
    tracker.forget({OriginId{9}, {.births = 7, .deaths = 7}}); // its record was lost
    const Snapshot snapshot = tracker.snapshot({});
    EXPECT_TRUE(snapshot.origins.empty());
    EXPECT_EQ(snapshot.retired.at({"TCP", 0}).births, 6U);
    EXPECT_EQ(snapshot.retired.at({"TCP", 0}).replaced, 2U);
    EXPECT_EQ(snapshot.retired.at({}).deaths, 7U);
}

TEST_F(LifetimeTrackerTest, ProcessesOfEventsAndOriginsAreInTheSnapshot) {
    reader.running[100] = {"leaker", "/bin/leaker", "/system.slice", {}, 1};
    tracker.apply(origin_event());
    tracker.apply(process_event({.kind = ProcessEvent::Kind::exit, .time_ns = 9 * kSecond}));
    const Snapshot snapshot = tracker.snapshot({});
    ASSERT_EQ(snapshot.processes.count(100), 1U);
    EXPECT_EQ(snapshot.processes.at(100).exe, "/bin/leaker");
    EXPECT_FALSE(snapshot.processes.at(100).alive);
    EXPECT_EQ(snapshot.processes.at(100).exited_at_ns, 9 * kSecond);
}

TEST_F(LifetimeTrackerTest, TellsWhetherAProcessHasEnded) {
    reader.running[100] = {"leaker", "/bin/leaker", "", {}, 1};
    tracker.apply(origin_event());
    EXPECT_FALSE(tracker.process_ended(100));
    EXPECT_FALSE(tracker.process_ended(7)); // unknown
    tracker.apply(process_event({.kind = ProcessEvent::Kind::exit, .time_ns = 9 * kSecond}));
    EXPECT_TRUE(tracker.process_ended(100));
}

} // namespace
} // namespace unfreed::test
