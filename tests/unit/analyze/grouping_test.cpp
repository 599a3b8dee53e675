// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/leak_analyzer.h"
#include "support/analyze_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace unfreed::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST(Grouping, OriginsOfTheSameCodeAreOneGroup) {
    SnapshotBuilder builder;
    builder.process({.tgid = 100}).process({.tgid = 101});
    builder.origin({.id = 1, .tgid = 100}, {.births = 5, .deaths = 2});
    builder.origin({.id = 2, .tgid = 101}, {.births = 7, .deaths = 3});
    builder.origin({.id = 3, .tgid = 101}, {.births = 100, .deaths = 100}); // no survivor
    builder.origin({.id = 4, .tgid = 101, .kernel_stack = {0x99}}, {.births = 50, .deaths = 50});
    builder.objects(3, {.origin = 1, .tgid = 100}).objects(4, {.origin = 2, .tgid = 101});
    const AnalyzedGroups found = analyze(builder.snapshot, host());
    ASSERT_THAT(found.groups, SizeIs(1));
    EXPECT_EQ(found.groups[0].count, 7U);
    EXPECT_EQ(found.groups[0].births, 112U);
    EXPECT_EQ(found.groups[0].deaths, 105U);
    EXPECT_THAT(found.groups[0].origins, ElementsAre(OriginId{1}, OriginId{2}, OriginId{3}));
    ASSERT_THAT(found.groups[0].processes, SizeIs(2));
    EXPECT_EQ(found.groups[0].processes[0].pid, 101U); // most objects first
    EXPECT_EQ(found.groups[0].processes[0].count, 4U);
    EXPECT_EQ(found.groups[0].processes[1].count, 3U);
}

TEST(Grouping, AnyDifferenceMakesAnotherGroup) {
    SnapshotBuilder builder;
    builder.process({}).process({.tgid = 200, .comm = "other", .exe = "/bin/other"});
    builder.origin({.id = 1})
        .origin({.id = 2, .kernel_stack = {0x10, 0x21}})
        .origin({.id = 3, .user_stack = {0x2}})
        .origin({.id = 4, .cache_name = "UDP"})
        .origin({.id = 5, .object_class = ObjectClass::slab})
        .origin({.id = 6, .tgid = 200});
    for (std::uint32_t id = 1; id <= 6; ++id)
        builder.objects(1, {.origin = id,
                            .tgid = id == 6 ? 200U : 100U,
                            .object_class = id == 5 ? ObjectClass::slab : ObjectClass::socket});
    EXPECT_THAT(analyze(builder.snapshot, host()).groups, SizeIs(6));
}

// A process that ended before its mappings were read has addresses only.
TEST(Grouping, OriginsWithoutNamesAreOfTheOnlyCallThatHasAName) {
    for (const std::uint32_t named : {1U, 2U}) {
        SnapshotBuilder builder;
        builder.process({});
        for (std::uint32_t id = 1; id <= 2 + named; ++id)
            builder.origin({.id = id, .user_stack = {id}}).objects(1, {.origin = id});
        AnalyzeOptions options = host();
        options.user_key = [](const OriginEvent& origin) {
            return origin.id.value <= 2 ? std::string()
                                        : "program+" + std::to_string(origin.id.value);
        };
        EXPECT_THAT(analyze(builder.snapshot, options).groups, SizeIs(named == 1 ? 1 : 3));
    }
}

TEST(Grouping, BytesOfOneAreToldWhereAllAreAlike) {
    SnapshotBuilder builder;
    builder.process({}).origin({.object_class = ObjectClass::percpu, .cache_object_bytes = 512});
    builder.objects(3, {.size_bytes = 512, .object_class = ObjectClass::percpu});
    EXPECT_EQ(analyze(builder.snapshot, host()).groups.at(0).object_bytes, 512U);
    builder.objects(1, {.size_bytes = 1024, .object_class = ObjectClass::percpu});
    const AnalyzedGroups mixed = analyze(builder.snapshot, host());
    EXPECT_EQ(mixed.groups.at(0).object_bytes, std::nullopt);
    EXPECT_EQ(mixed.groups.at(0).bytes, 3U * 512 + 1024);
}

TEST(Grouping, StacksAreComparedAsTheCallerSees) {
    SnapshotBuilder builder;
    builder.process({.tgid = 100}).process({.tgid = 101});
    builder.origin({.id = 1, .tgid = 100, .kernel_stack = {0xeee, 0x10}, .user_stack = {0x1001}});
    builder.origin({.id = 2, .tgid = 101, .kernel_stack = {0xfff, 0x10}, .user_stack = {0x2001}});
    builder.objects(1, {.origin = 1}).objects(1, {.origin = 2, .tgid = 101});
    EXPECT_THAT(analyze(builder.snapshot, host()).groups, SizeIs(2));

    AnalyzeOptions options = host();
    options.normalize = [](std::span<const std::uint64_t> stack) {
        return std::vector<std::uint64_t>(stack.begin() + 1, stack.end());
    };
    EXPECT_THAT(analyze(builder.snapshot, options).groups, SizeIs(2));
    options.user_key = [](const OriginEvent& origin) {
        return "module+" + std::to_string(origin.user_stack[0] % 0x1000);
    };
    const AnalyzedGroups found = analyze(builder.snapshot, options);
    ASSERT_THAT(found.groups, SizeIs(1));
    EXPECT_THAT(found.groups[0].kernel_stack, ElementsAre(0x10U));
}

// One origin has what the exit freed, its sibling nothing any more: whichever comes first in a hash
// table, what the sibling made counts.
TEST(Grouping, ASiblingJoinsInWhateverOrder) {
    for (const std::uint32_t released : {1U, 2U, 3U, 40U, 500U}) {
        SnapshotBuilder builder;
        builder.process({.alive = false, .exited_at_ns = kNow - kSecond});
        for (const std::uint32_t id : {1U, 2U, 3U, 40U, 500U})
            builder.origin({.id = id},
                           id == released
                               ? OriginCounts{.births = 5, .deaths = 5, .exit_released = 5}
                               : OriginCounts{.births = 7, .deaths = 7});
        const AnalyzedGroups found = analyze(builder.snapshot, run_mode());
        ASSERT_THAT(found.groups, SizeIs(1));
        EXPECT_EQ(found.groups[0].births, 5U + 4 * 7) << released;
    }
}

TEST(Grouping, TheStackShownIsThatOfTheFirstOrigin) {
    AnalyzeOptions options = host();
    options.user_key = [](const OriginEvent&) { return "same"; };
    for (const auto& ids :
         {std::vector{1U, 2U, 3U}, std::vector{3U, 2U, 1U}, std::vector{2U, 1U, 3U}}) {
        SnapshotBuilder builder;
        builder.process({});
        for (std::uint32_t id : ids)
            builder.origin({.id = id, .user_stack = {id}}).objects(1, {.origin = id});
        const AnalyzedGroups found = analyze(builder.snapshot, options);
        ASSERT_THAT(found.groups, SizeIs(1));
        EXPECT_THAT(found.groups[0].user_stack, ElementsAre(1U));
    }
}

TEST(Grouping, WithoutAPathTheNameGroups) {
    SnapshotBuilder builder;
    builder.process({.tgid = 100, .comm = "a", .exe = ""});
    builder.process({.tgid = 101, .comm = "a", .exe = ""});
    builder.process({.tgid = 102, .comm = "b", .exe = ""});
    for (std::uint32_t i = 0; i < 3; ++i)
        builder.origin({.id = i + 1, .tgid = 100 + i})
            .objects(1, {.origin = i + 1, .tgid = 100 + i});
    EXPECT_THAT(analyze(builder.snapshot, host()).groups, SizeIs(2));
}

TEST(Grouping, AShortLivedProcessIsGroupedWithThoseOfItsName) {
    SnapshotBuilder builder;
    builder.process({.tgid = 100, .comm = "a", .exe = "/bin/a"});
    builder.process({.tgid = 101, .comm = "a", .exe = ""});
    builder.origin({.id = 1}).origin({.id = 2, .tgid = 101});
    builder.objects(1, {.origin = 1}).objects(1, {.origin = 2, .tgid = 101});
    EXPECT_THAT(analyze(builder.snapshot, host()).groups, SizeIs(1));
    // Two programs of this name: it may be either.
    builder.process({.tgid = 103, .comm = "a", .exe = "/opt/a"});
    EXPECT_THAT(analyze(builder.snapshot, host()).groups, SizeIs(2));
}

TEST(Grouping, AReusedProcessNumberIsTwoProcesses) {
    SnapshotBuilder builder;
    builder.process({.comm = "new", .exe = "/bin/new", .started_at_ns = 50 * kSecond});
    builder.snapshot.former_processes.push_back(
        process_info({.alive = false, .exited_at_ns = 40 * kSecond}));
    builder.origin({});
    builder.objects(2, {.birth_ns = 30 * kSecond}).objects(3, {.birth_ns = 60 * kSecond});
    AnalyzedGroups found = analyze(builder.snapshot, host());
    ASSERT_THAT(found.groups, SizeIs(2));
    std::sort(found.groups.begin(), found.groups.end(),
              [](const auto& a, const auto& b) { return a.count < b.count; });
    EXPECT_EQ(found.groups[0].program, "/bin/leaker");
    EXPECT_EQ(found.groups[0].outliving, 2U);
    EXPECT_FALSE(found.groups[0].processes[0].alive);
    EXPECT_EQ(found.groups[1].program, "/bin/new");
    EXPECT_EQ(found.groups[1].outliving, 0U);
}

TEST(Grouping, ObjectsWithoutOriginAreShownAndCounted) {
    SnapshotBuilder builder;
    builder.process({});
    builder.objects(2, {.origin = 0}).objects(3, {.origin = 77, .size_bytes = 64});
    const AnalyzedGroups found = analyze(builder.snapshot, host());
    EXPECT_EQ(found.objects_without_origin, 5U);
    ASSERT_THAT(found.groups, SizeIs(1));
    EXPECT_EQ(found.groups[0].count, 5U);
    EXPECT_EQ(found.groups[0].stack_quality, "unknown");
    EXPECT_EQ(found.groups[0].bytes, std::nullopt); // of two the size is unknown
    EXPECT_EQ(found.groups[0].evidence, "5 alive, births not counted");
}

TEST(Grouping, BytesAreThoseOfTheSlotOrOfTheCache) {
    SnapshotBuilder builder;
    builder.process({}).origin({.cache_object_bytes = 100});
    builder.objects(2, {.size_bytes = 7}).objects(1, {.size_bytes = 0});
    EXPECT_EQ(analyze(builder.snapshot, host()).groups.at(0).bytes, 114U);
    builder.origin({.cache_object_bytes = 0});
    EXPECT_EQ(analyze(builder.snapshot, host()).groups.at(0).bytes, std::nullopt);
}

TEST(Grouping, AStackIsExactWhereEveryObjectsOwnWasRead) {
    SnapshotBuilder builder;
    builder.process({}).origin({}, {.births = 9, .deaths = 6, .checked = 4, .differed = 1});
    builder.objects(2, {.stack_checked = true}).objects(1, {});
    const AnalyzedGroup inferred = analyze(builder.snapshot, host()).groups.at(0);
    EXPECT_EQ(inferred.stack_quality, "inferred");
    EXPECT_EQ(inferred.stack_checks.objects, 2U);
    EXPECT_EQ(inferred.stack_checks.births, 4U);
    EXPECT_EQ(inferred.stack_checks.differed, 1U);
    builder.snapshot.objects.pop_back();
    EXPECT_EQ(analyze(builder.snapshot, host()).groups.at(0).stack_quality, "exact");
    builder.origin({.kernel_stack = {}});
    EXPECT_EQ(analyze(builder.snapshot, host()).groups.at(0).stack_quality, "unknown");
}

TEST(Grouping, StacksOfObjectsThatAreGoneAreExactIfAllBirthsWereRead) {
    SnapshotBuilder builder;
    builder.process({.alive = false, .exited_at_ns = kNow});
    builder.origin({}, {.births = 9, .deaths = 9, .exit_released = 3, .checked = 9});
    EXPECT_EQ(analyze(builder.snapshot, run_mode()).groups.at(0).stack_quality, "exact");
    builder.origin({}, {.births = 9, .deaths = 9, .exit_released = 3, .checked = 8});
    EXPECT_EQ(analyze(builder.snapshot, run_mode()).groups.at(0).stack_quality, "inferred");
    builder.origin({}, {.births = 9, .deaths = 9, .exit_released = 3, .checked = 9, .differed = 1});
    EXPECT_EQ(analyze(builder.snapshot, run_mode()).groups.at(0).stack_quality, "inferred");
}

TEST(Grouping, ContextIsThatOfTheOrigin) {
    SnapshotBuilder builder;
    builder.origin({.tgid = 0, .context = Context::softirq}).objects(1, {.tgid = 0});
    const AnalyzedGroups found = analyze(builder.snapshot, host());
    ASSERT_THAT(found.groups, SizeIs(1));
    EXPECT_EQ(found.groups[0].context, Context::softirq);
    EXPECT_THAT(found.groups[0].processes, IsEmpty());
    EXPECT_EQ(found.groups[0].program, "leaker");
}

TEST(Grouping, AKernelKeyMergesStacksButShowsARealOne) {
    SnapshotBuilder builder;
    builder.process({});
    builder.origin({.id = 1, .kernel_stack = {0x10, 0x21}})
        .origin({.id = 2, .kernel_stack = {0x10, 0x22}});
    builder.objects(1, {.origin = 1}).objects(1, {.origin = 2});
    AnalyzeOptions options = host();
    options.kernel_key = [](std::span<const std::uint64_t> stack) {
        return std::vector<std::uint64_t>{stack[0]};
    };
    const AnalyzedGroups found = analyze(builder.snapshot, options);
    ASSERT_THAT(found.groups, SizeIs(1));
    EXPECT_EQ(found.groups[0].count, 2U);
    EXPECT_THAT(found.groups[0].kernel_stack, ElementsAre(0x10U, 0x21U));
}

} // namespace
} // namespace unfreed::test
