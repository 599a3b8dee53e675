// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/leak_analyzer.h"
#include "analyze/standing.h"
#include "support/analyze_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unfreed::test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

TEST(Standing, WhatExitFreedIsCountedInRunAndPidMode) {
    SnapshotBuilder builder;
    builder.process({.alive = false, .exited_at_ns = 98 * kSecond});
    builder.origin({}, {.births = 100, .deaths = 98, .exit_released = 5, .exit_pending = 3});
    builder.objects(2, {.birth_ns = kNow - 1, .stages = UF_STAGE_HELD_AT_EXIT});
    for (TraceMode mode : {TraceMode::run, TraceMode::pid}) {
        AnalyzeOptions options = run_mode();
        options.mode = mode;
        const AnalyzedGroups found = analyze(builder.snapshot, options);
        ASSERT_THAT(found.groups, SizeIs(1));
        const AnalyzedGroup& group = found.groups[0];
        EXPECT_EQ(group.count, 7U); // 2 alive however young + 5; exit_pending never
        EXPECT_EQ(group.released_at_exit, 5U);
        EXPECT_EQ(group.outliving, 2U);
        EXPECT_EQ(group.bytes, 7U * 1024);
        EXPECT_EQ(group.kind, "never-closed");
        EXPECT_EQ(group.missing_stage, "released");
        EXPECT_EQ(group.processes.at(0).count, 7U);
        EXPECT_EQ(group.evidence, "100 born, 93 freed in 58 s; 5 freed only by the exit of the "
                                  "process; 2 outlive the process");
        EXPECT_EQ(found.young_objects, 0U);
        EXPECT_EQ(found.outstanding, 7U);
    }
}

TEST(Standing, HostModeKnowsNoExits) {
    SnapshotBuilder builder;
    builder.process({.alive = false, .exited_at_ns = 98 * kSecond});
    builder.origin({}, {.births = 100, .deaths = 98, .exit_released = 5});
    builder.objects(2, {.birth_ns = kNow - 1});
    const AnalyzedGroups found = analyze(builder.snapshot, host());
    EXPECT_THAT(found.groups, IsEmpty());
    EXPECT_EQ(found.young_objects, 2U);
}

TEST(Standing, AGroupMayConsistOfExitsOnly) {
    SnapshotBuilder builder;
    builder.process({.alive = false, .exited_at_ns = kNow});
    builder.origin({.object_class = ObjectClass::dentry},
                   {.births = 4, .deaths = 4, .exit_released = 4});
    const AnalyzedGroups found = analyze(builder.snapshot, run_mode());
    ASSERT_THAT(found.groups, SizeIs(1));
    EXPECT_EQ(found.groups[0].count, 4U);
    EXPECT_EQ(found.groups[0].kind, "open");
    EXPECT_EQ(found.groups[0].age_ns, std::nullopt);
    EXPECT_THAT(found.groups[0].objects, IsEmpty());
}

TEST(Standing, ExitsOfUnknownOriginsAreCounted) {
    SnapshotBuilder builder;
    builder.snapshot.counts[OriginId{9}] = {.births = 4, .deaths = 4, .exit_released = 4};
    EXPECT_EQ(analyze(builder.snapshot, run_mode()).objects_not_grouped, 4U);
    EXPECT_EQ(analyze(builder.snapshot, host()).objects_not_grouped, 0U);
}

TEST(Standing, WhatOutlivesComesFirstOnceAllProcessesHaveEnded) {
    SnapshotBuilder builder;
    builder.process({.alive = false, .exited_at_ns = 50 * kSecond});
    builder.origin({.id = 1, .cache_name = "UDP"}).objects(1, {.origin = 1});
    builder.process({.tgid = 200, .alive = false, .exited_at_ns = 50 * kSecond});
    builder.origin({.id = 2, .tgid = 200}, {.births = 100, .deaths = 100, .exit_released = 100});
    EXPECT_EQ(analyze(builder.snapshot, run_mode()).groups.at(0).cache, "UDP");
    builder.process({.tgid = 300}); // may hold what its parent left
    EXPECT_EQ(analyze(builder.snapshot, run_mode()).groups.at(0).cache, "TCP");
}

TEST(Standing, ALivingProcessOfARunHasAMinimumAge) {
    SnapshotBuilder builder;
    builder.process({}).origin({}).objects(2, {.birth_ns = kNow - 1});
    EXPECT_EQ(analyze(builder.snapshot, run_mode()).young_objects, 2U);
}

TEST(Standing, ClosedAndNeverClosedSocketsAreApart) {
    SnapshotBuilder builder;
    builder.process({}).origin({}, {.births = 20, .deaths = 5});
    builder.objects(10, {.stages = UF_STAGE_FD_INSTALLED});
    builder.objects(5, {.stages = UF_STAGE_FD_INSTALLED | UF_STAGE_RELEASED});
    const AnalyzedGroups found = analyze(builder.snapshot, host());
    ASSERT_THAT(found.groups, SizeIs(2));
    EXPECT_EQ(found.groups[0].kind, "never-closed");
    EXPECT_EQ(found.groups[0].count, 10U);
    EXPECT_EQ(found.groups[1].kind, "closed-still-alive");
    EXPECT_EQ(found.groups[1].missing_stage, "destroyed");
    EXPECT_EQ(found.groups[1].count, 5U);
}

TEST(Standing, AClosedSocketIsAsOldAsItsClose) {
    SnapshotBuilder builder;
    builder.process({.alive = false, .exited_at_ns = 95 * kSecond}).origin({});
    // An old connection that was just closed is still saying goodbye to its peer.
    builder.objects(1, {.stages = UF_STAGE_RELEASED}).stage_time(UF_STAGE_RELEASED, 95 * kSecond);
    for (const AnalyzeOptions& options : {host(), run_mode()}) {
        const AnalyzedGroups found = analyze(builder.snapshot, options);
        EXPECT_THAT(found.groups, IsEmpty());
        EXPECT_EQ(found.young_objects, 1U);
    }
    builder.snapshot.objects[0].stage_times_ns[UF_STAGE_RELEASED] = 80 * kSecond;
    EXPECT_EQ(analyze(builder.snapshot, run_mode()).groups.at(0).outliving, 1U);
    // When the protocol is done with it and its process is gone, nothing more can come.
    builder.snapshot.objects[0].stage_times_ns[UF_STAGE_RELEASED] = 95 * kSecond;
    builder.snapshot.objects[0].slot.stages |= UF_STAGE_DESTROYED;
    EXPECT_THAT(analyze(builder.snapshot, host()).groups, IsEmpty());
    const AnalyzedGroups found = analyze(builder.snapshot, run_mode());
    ASSERT_THAT(found.groups, SizeIs(1));
    EXPECT_EQ(found.groups[0].outliving, 1U);
}

TEST(Standing, ASocketThatOnlyExitClosedWasNeverClosed) {
    SnapshotBuilder builder;
    builder.process({.alive = false, .exited_at_ns = 99 * kSecond}).origin({});
    builder.objects(1, {.stages = UF_STAGE_HELD_AT_EXIT | UF_STAGE_RELEASED})
        .stage_time(UF_STAGE_RELEASED, 99 * kSecond);
    const AnalyzedGroups found = analyze(builder.snapshot, run_mode());
    ASSERT_THAT(found.groups, SizeIs(1));
    EXPECT_EQ(found.groups[0].kind, "never-closed");
    EXPECT_EQ(found.groups[0].count, 1U);
    EXPECT_EQ(found.groups[0].outliving, 0U); // it is about to die
    builder.snapshot.objects[0].stage_times_ns[UF_STAGE_RELEASED] = 80 * kSecond;
    EXPECT_EQ(analyze(builder.snapshot, run_mode()).groups.at(0).outliving, 1U);
}

TEST(Standing, TheEndOfAChildSaysNothingOfWhatItInherited) {
    SnapshotBuilder builder;
    builder.process({}).origin({});
    builder.objects(1, {.stages = UF_STAGE_HELD_AT_EXIT | UF_STAGE_RELEASED})
        .stage_time(UF_STAGE_RELEASED, 50 * kSecond);
    EXPECT_EQ(analyze(builder.snapshot, run_mode()).groups.at(0).kind, "closed-still-alive");
    // Its owner closed it, and ended later.
    builder.process({.alive = false, .exited_at_ns = 50 * kSecond + 1});
    EXPECT_EQ(analyze(builder.snapshot, run_mode()).groups.at(0).kind, "closed-still-alive");
    builder.process({.alive = false, .exited_at_ns = 50 * kSecond});
    EXPECT_EQ(analyze(builder.snapshot, run_mode()).groups.at(0).kind, "never-closed");
}

TEST(Standing, DentriesAreReferencedOrOnlyCached) {
    SnapshotBuilder builder;
    builder.process({.alive = false, .exited_at_ns = 90 * kSecond});
    builder.origin({.object_class = ObjectClass::dentry, .cache_name = "dentry"});
    builder.objects(3, {.object_class = ObjectClass::dentry});
    builder.objects(2, {.stages = UF_STAGE_UNREFERENCED, .object_class = ObjectClass::dentry});
    builder.objects(1, {.stages = UF_STAGE_UNREFERENCED | UF_STAGE_HELD_AT_EXIT,
                        .object_class = ObjectClass::dentry});
    const AnalyzedGroups found = analyze(builder.snapshot, run_mode());
    ASSERT_THAT(found.groups, SizeIs(2));
    EXPECT_EQ(found.groups[0].kind, "open");
    EXPECT_EQ(found.groups[0].count, 4U);
    EXPECT_EQ(found.groups[0].outliving, 3U); // what exit released to the cache does not
    EXPECT_EQ(found.groups[0].missing_stage, "");
    EXPECT_EQ(found.groups[1].kind, "unused");
    EXPECT_EQ(found.groups[1].outliving, 0U);
}

TEST(Standing, SlabObjectsAreOutstanding) {
    SnapshotBuilder builder;
    builder.process({}).origin({.object_class = ObjectClass::slab});
    builder.objects(1, {.object_class = ObjectClass::slab});
    const AnalyzedGroups found = analyze(builder.snapshot, host());
    EXPECT_EQ(found.groups.at(0).kind, "outstanding");
    EXPECT_EQ(found.groups.at(0).missing_stage, "");
}

TEST(Standing, RcuPendingIsNeverOutstanding) {
    SnapshotBuilder builder;
    builder.process({.alive = false, .exited_at_ns = 99 * kSecond}).origin({}, {.births = 3});
    builder.objects(2, {.stages = UF_STAGE_RCU_PENDING}).objects(1, {});
    const AnalyzedGroups found = analyze(builder.snapshot, run_mode());
    ASSERT_THAT(found.groups, SizeIs(2));
    EXPECT_EQ(found.groups[0].verdict, Verdict::leaking); // nobody is left to free it
    EXPECT_EQ(found.groups[0].count, 1U);
    EXPECT_EQ(found.groups[1].verdict, Verdict::rcu_pending);
    EXPECT_EQ(found.groups[1].count, 2U);
    EXPECT_EQ(found.groups[1].outliving, 0U);
    EXPECT_EQ(found.outstanding, 1U);
    EXPECT_EQ(found.rcu_pending, 2U);
    // Freed a moment ago: not worth a row.
    builder.objects(1, {.stages = UF_STAGE_RCU_PENDING}).stage_time(UF_STAGE_RCU_PENDING, kNow);
    EXPECT_EQ(analyze(builder.snapshot, run_mode()).rcu_pending, 2U);
    EXPECT_EQ(analyze(builder.snapshot, run_mode()).young_objects, 1U);
}

// The exit gave it up, not the program; its memory may wait for seconds.
TEST(Standing, WhatTheExitGaveToRcuCountsAsReleasedAtExit) {
    SnapshotBuilder builder;
    builder.process({.alive = false, .exited_at_ns = 99 * kSecond}).origin({}, {.births = 5});
    builder.objects(3, {.stages = UF_STAGE_RCU_PENDING})
        .objects(2, {.stages = UF_STAGE_RCU_PENDING | UF_STAGE_HELD_AT_EXIT});
    const AnalyzedGroups found = analyze(builder.snapshot, run_mode());
    ASSERT_THAT(found.groups, SizeIs(2));
    EXPECT_EQ(found.groups[0].verdict, Verdict::live);
    EXPECT_EQ(found.groups[0].count, 2U);
    EXPECT_EQ(found.groups[0].released_at_exit, 2U);
    EXPECT_EQ(found.groups[0].outliving, 0U);
    EXPECT_EQ(found.rcu_pending, 3U);
    // In a trace of the host no exit is judged.
    EXPECT_EQ(analyze(builder.snapshot, host()).rcu_pending, 5U);
}

// A host that cannot see a stage must not take its absence for a proof.
TEST(Standing, NothingIsSaidOfStagesThatCannotBeSeen) {
    AnalyzeOptions blind;
    blind.visible_stages = UF_STAGE_HELD_AT_EXIT;
    LiveObject socket;
    socket.slot.object_class = ObjectClass::socket;
    EXPECT_EQ(standing_of(socket, nullptr, 100, blind).kind, Kind::outstanding);
    EXPECT_EQ(standing_of(socket, nullptr, 100, AnalyzeOptions{}).kind, Kind::never_closed);
    LiveObject dentry;
    dentry.slot.object_class = ObjectClass::dentry;
    EXPECT_EQ(standing_of(dentry, nullptr, 100, blind).kind, Kind::outstanding);
    EXPECT_EQ(standing_of(dentry, nullptr, 100, AnalyzeOptions{}).kind, Kind::open);
}

TEST(Standing, WhatWasReadOutweighsWhatTheProbesCouldNotSee) {
    AnalyzeOptions options = host();
    options.visible_stages = 0;
    SnapshotBuilder builder;
    builder.process({}).origin({}).objects(1, {});
    LiveObject& object = builder.snapshot.objects.back();
    const auto kind = [&] { return analyze(builder.snapshot, options).groups.at(0).kind; };
    EXPECT_EQ(kind(), "outstanding");
    object.facts = ObjectFacts{.refcount = 1};
    EXPECT_EQ(kind(), "never-closed");
    object.facts->socket.orphan = true;
    EXPECT_EQ(kind(), "closed-unexplained");
    object.slot.object_class = ObjectClass::dentry;
    EXPECT_EQ(kind(), "open");
    object.facts->refcount = 0;
    EXPECT_EQ(kind(), "unused");
    options.visible_stages = UF_STAGE_MASK;
    object.slot.stages = UF_STAGE_UNREFERENCED; // once; it is in use again
    object.facts->refcount = 1;
    EXPECT_EQ(kind(), "open");
}

} // namespace
} // namespace unfreed::test
