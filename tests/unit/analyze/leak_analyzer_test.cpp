// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/leak_analyzer.h"
#include "support/analyze_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace unfreed::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(LeakAnalyzer, NothingAliveGivesNothing) {
    const AnalyzedGroups found = analyze({}, host());
    EXPECT_THAT(found.groups, IsEmpty());
    EXPECT_EQ(found.outstanding, 0U);
}

TEST(LeakAnalyzer, AGroupTellsAllOfItsObjects) {
    SnapshotBuilder builder;
    builder.process({}).origin({.id = 3}, {.births = 412});
    builder.objects(1, {.birth_ns = 50 * kSecond, .origin = 3});
    builder.objects(410, {.birth_ns = 60 * kSecond, .origin = 3});
    builder.objects(1, {.birth_ns = 70 * kSecond, .origin = 3});
    const AnalyzedGroups found = analyze(builder.snapshot, host());
    ASSERT_THAT(found.groups, SizeIs(1));
    const AnalyzedGroup& group = found.groups[0];
    EXPECT_EQ(group.object_class, ObjectClass::socket);
    EXPECT_EQ(group.cache, "TCP");
    EXPECT_EQ(group.program, "/bin/leaker");
    EXPECT_EQ(group.kind, "never-closed");
    EXPECT_EQ(group.missing_stage, "released");
    EXPECT_EQ(group.verdict, Verdict::stopped); // nearly all are of one moment, long ago
    EXPECT_EQ(group.count, 412U);
    EXPECT_EQ(group.released_at_exit, 0U);
    EXPECT_EQ(group.bytes, 412U * 1024);
    EXPECT_EQ(group.births, 412U);
    EXPECT_EQ(group.deaths, 0U);
    ASSERT_TRUE(group.age_ns);
    EXPECT_EQ(group.age_ns->min, 30 * kSecond);
    EXPECT_EQ(group.age_ns->p50, 40 * kSecond);
    EXPECT_EQ(group.age_ns->max, 50 * kSecond);
    EXPECT_NEAR(group.growth_per_s.value(), 412.0 / 60, 1e-9);
    EXPECT_EQ(group.evidence, "412 born, 0 freed in 60 s, +6.9/s");
    EXPECT_THAT(group.kernel_stack, ElementsAre(0x10U, 0x20U));
    EXPECT_THAT(group.user_stack, ElementsAre(0x1U));
    EXPECT_EQ(group.user_stack_program.tgid, 100U);
    EXPECT_THAT(group.origins, ElementsAre(OriginId{3}));
    ASSERT_THAT(group.processes, SizeIs(1));
    EXPECT_EQ(group.processes[0].pid, 100U);
    EXPECT_EQ(group.processes[0].comm, "leaker");
    EXPECT_EQ(group.processes[0].exe, "/bin/leaker");
    EXPECT_EQ(group.processes[0].cgroup, "/cg");
    EXPECT_TRUE(group.processes[0].alive);
    EXPECT_EQ(group.processes[0].count, 412U);
    EXPECT_EQ(found.outstanding, 412U);
}

TEST(LeakAnalyzer, KnowsWhetherItsProcessesBeganDuringTheTrace) {
    for (const bool during : {true, false}) {
        const AnalyzeOptions options = host();
        SnapshotBuilder builder;
        const std::uint64_t start_ns = options.trace_started_ns;
        builder.process({.started_at_ns = during ? start_ns + 1 : start_ns})
            .origin({.id = 3}, {.births = 9});
        builder.objects(9, {.birth_ns = 50 * kSecond, .origin = 3});
        const AnalyzedGroups found = analyze(builder.snapshot, options);
        ASSERT_THAT(found.groups, SizeIs(1));
        EXPECT_EQ(found.groups[0].newcomers, during);
    }
}

TEST(LeakAnalyzer, YoungObjectsAreCountedApart) {
    SnapshotBuilder builder;
    builder.process({}).origin({});
    builder.objects(2, {.birth_ns = kNow - 10 * kSecond});
    builder.objects(3, {.birth_ns = kNow - 10 * kSecond + 1});
    builder.objects(1, {.birth_ns = kNow + 1}); // born while the table was copied
    const AnalyzedGroups found = analyze(builder.snapshot, host());
    ASSERT_THAT(found.groups, SizeIs(1));
    EXPECT_EQ(found.groups[0].count, 2U);
    EXPECT_EQ(found.young_objects, 4U);
    EXPECT_EQ(found.outstanding, 2U);
}

TEST(LeakAnalyzer, ADestroyedCacheIsEvidence) {
    SnapshotBuilder builder;
    builder.process({}).origin({});
    builder.objects(2, {.birth_ns = kNow - 20 * kSecond, .object_class = ObjectClass::slab});
    AnalyzeOptions options = host();
    EXPECT_FALSE(analyze(builder.snapshot, options).groups.at(0).cache_destroyed);
    const std::string cache = analyze(builder.snapshot, options).groups.at(0).cache;
    options.cache_destroyed = [&](const std::string& name) { return name == cache; };
    const AnalyzedGroup group = analyze(builder.snapshot, options).groups.at(0);
    EXPECT_TRUE(group.cache_destroyed);
    EXPECT_THAT(group.evidence, HasSubstr("the cache was destroyed with them in it"));
    EXPECT_THAT(group.advice, HasSubstr("kmem_cache_destroy()"));
}

TEST(LeakAnalyzer, OnlyTheOldestObjectsAreListed) {
    SnapshotBuilder builder;
    builder.process({}).origin({});
    for (std::uint64_t birth : {5U, 2U, 9U, 1U, 7U})
        builder.objects(1, {.birth_ns = birth});
    AnalyzeOptions options = host();
    options.objects_per_group = 2;
    const AnalyzedGroups found = analyze(builder.snapshot, options);
    ASSERT_THAT(found.groups, SizeIs(1));
    ASSERT_THAT(found.groups[0].objects, SizeIs(2));
    EXPECT_EQ(found.groups[0].objects[0].slot.birth_ns, 1U);
    EXPECT_EQ(found.groups[0].objects[1].slot.birth_ns, 2U);
}

TEST(LeakAnalyzer, TopCutsButCounts) {
    SnapshotBuilder builder;
    builder.process({});
    for (std::uint32_t id = 1; id <= 5; ++id)
        builder.origin({.id = id, .kernel_stack = {id}}).objects(id, {.origin = id});
    AnalyzeOptions options = host();
    options.top = 2;
    const AnalyzedGroups found = analyze(builder.snapshot, options);
    ASSERT_THAT(found.groups, SizeIs(2));
    EXPECT_EQ(found.groups[0].count, 5U);
    EXPECT_EQ(found.groups_omitted, 3U);
    EXPECT_EQ(found.outstanding, 15U);
}

// Of many large groups a small one that needs a look is not the one to go.
TEST(LeakAnalyzer, TopCutsWhatNeedsALookLast) {
    SnapshotBuilder builder;
    builder.process({});
    for (std::uint32_t id = 1; id <= 5; ++id)
        builder.origin({.id = id, .kernel_stack = {id}}).objects(id, {.origin = id});
    AnalyzeOptions options = host();
    options.structure = [](const AnalyzedGroup& group) {
        return StructureFinding{group.count <= 2 ? Structure::damning : Structure::none, ""};
    };
    const auto counts = [&](std::size_t top) {
        options.top = top;
        std::vector<std::uint64_t> kept;
        for (const AnalyzedGroup& group : analyze(builder.snapshot, options).groups)
            kept.push_back(group.count);
        return kept;
    };
    EXPECT_THAT(counts(3), testing::UnorderedElementsAre(1U, 2U, 5U));
    EXPECT_THAT(counts(2), testing::UnorderedElementsAre(1U, 2U));
    EXPECT_THAT(counts(1), SizeIs(1));
    EXPECT_EQ(analyze(builder.snapshot, options).look_omitted, 1U);
    EXPECT_EQ(analyze(builder.snapshot, options).groups_omitted, 4U);
}

TEST(LeakAnalyzer, ASampleIsScaledAndItsCountHasAnInterval) {
    SnapshotBuilder builder;
    builder.process({}).origin({.id = 3}, {.births = 400, .deaths = 100, .exit_released = 50});
    builder.objects(300, {.birth_ns = 50 * kSecond, .origin = 3});
    builder.objects(7, {.birth_ns = 99 * kSecond, .origin = 3});
    builder.snapshot.one_in = 16;
    const AnalyzedGroups found = analyze(builder.snapshot, host());
    ASSERT_THAT(found.groups, SizeIs(1));
    const AnalyzedGroup& group = found.groups[0];
    EXPECT_EQ(group.followed, 300U);
    EXPECT_EQ(group.count, 4800U);
    EXPECT_EQ(group.bytes, 4800U * 1024);
    EXPECT_EQ(group.births, 6400U);
    EXPECT_EQ(group.deaths, 1600U);
    EXPECT_EQ(group.processes.at(0).count, 4800U);
    ASSERT_TRUE(group.interval);
    EXPECT_LT(group.interval->low, 4800U);
    EXPECT_GT(group.interval->low, 4200U);
    EXPECT_GT(group.interval->high, 4800U);
    EXPECT_LT(group.interval->high, 5400U);
    EXPECT_TRUE(group.evidence.starts_with("about 6400 born, 800 freed")) << group.evidence;
    EXPECT_EQ(found.outstanding, 4800U);
    EXPECT_EQ(found.young_objects, 7U * 16);

    builder.snapshot.one_in = 1;
    const AnalyzedGroups exact = analyze(builder.snapshot, host());
    EXPECT_EQ(exact.groups.at(0).count, 300U);
    EXPECT_FALSE(exact.groups.at(0).interval);
}

TEST(LeakAnalyzer, TheOrderOfTheInputDoesNotMatter) {
    SnapshotBuilder builder;
    builder.process({});
    for (std::uint32_t id = 1; id <= 40; ++id)
        builder.origin({.id = id, .kernel_stack = {id % 20}}).objects(1, {.origin = id});
    const AnalyzedGroups forward = analyze(builder.snapshot, host());
    Snapshot reversed;
    reversed.taken_at_ns = builder.snapshot.taken_at_ns;
    reversed.objects = builder.snapshot.objects;
    std::reverse(reversed.objects.begin(), reversed.objects.end());
    reversed.processes = builder.snapshot.processes;
    for (std::uint32_t id = 40; id >= 1; --id) {
        reversed.origins[OriginId{id}] = builder.snapshot.origins[OriginId{id}];
        reversed.counts[OriginId{id}] = builder.snapshot.counts[OriginId{id}];
    }
    const AnalyzedGroups backward = analyze(reversed, host());
    ASSERT_EQ(forward.groups.size(), backward.groups.size());
    for (std::size_t i = 0; i < forward.groups.size(); ++i) {
        EXPECT_EQ(forward.groups[i].kernel_stack, backward.groups[i].kernel_stack);
        EXPECT_EQ(forward.groups[i].origins, backward.groups[i].origins);
        EXPECT_EQ(forward.groups[i].objects.at(0).slot.address,
                  backward.groups[i].objects.at(0).slot.address);
    }
}

} // namespace
} // namespace unfreed::test
