// SPDX-License-Identifier: BSD-2-Clause
// From a snapshot to verdicts: where the numbers come from. What they mean is judge's.
#include "analyze/leak_analyzer.h"
#include "support/analyze_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unfreed::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

constexpr std::uint64_t kStart = 1000 * kSecond;
constexpr std::uint64_t kWindow = 800; // seconds
constexpr std::uint64_t kEnd = kStart + kWindow * kSecond;

AnalyzeOptions long_trace() {
    AnalyzeOptions options;
    options.min_age_ns = 10 * kSecond;
    options.trace_started_ns = kStart;
    return options;
}

// One object of this origin every so many seconds.
void steady(SnapshotBuilder& builder, std::uint32_t origin, std::uint64_t every_s,
            ObjectSpec spec = {}) {
    spec.origin = origin;
    for (std::uint64_t s = every_s / 2; s < kWindow; s += every_s) {
        spec.birth_ns = kStart + s * kSecond;
        builder.objects(1, spec);
    }
}

SnapshotBuilder leak() {
    SnapshotBuilder builder(kEnd);
    builder.process({}).origin({.id = 3}, {.births = 80});
    steady(builder, 3, 10);
    DeathRecord& record = builder.snapshot.deaths;
    record.start_ns = kStart;
    record.cell_ns = 8 * kSecond;
    record.older_known = true;
    return builder;
}

DeathCell cell(std::uint8_t birth, std::uint8_t death, std::uint32_t count) {
    return {birth, death, count};
}

TEST(Verdicts, ASteadyLeakIsLeaking) {
    const AnalyzedGroup group = analyze(leak().snapshot, long_trace()).groups.at(0);
    EXPECT_EQ(group.verdict, Verdict::leaking);
    EXPECT_GE(group.confidence.value(), 0.9);
    EXPECT_EQ(group.facts.window_ns, kWindow * kSecond);
    EXPECT_NEAR(group.facts.objects_per_hour, 360, 10);
    EXPECT_NEAR(group.facts.bytes_per_hour.value(), 360 * 1024, 10'240);
    EXPECT_GE(group.facts.confidence_at_half.value(), 0.9);
    EXPECT_FALSE(group.facts.needs_ns);
    EXPECT_THAT(group.facts.sentence, HasSubstr("none died in"));
    EXPECT_THAT(group.facts.sentence, HasSubstr("They come from 8 of 8 parts of the trace"));
    EXPECT_THAT(group.facts.sentence, EndsWith(" KiB an hour."));
}

TEST(Verdicts, DeathsOfAllOriginsOfTheGroupCount) {
    SnapshotBuilder builder = leak();
    builder.origin({.id = 4}, {.births = 80, .deaths = 80});
    DeathCells& dead = builder.snapshot.deaths.by_origin[OriginId{4}];
    for (std::uint8_t i = 0; i < 35; ++i)
        dead.push_back(cell(i, static_cast<std::uint8_t>(i + 65), 2));
    const AnalyzedGroups found = analyze(builder.snapshot, long_trace());
    ASSERT_THAT(found.groups, SizeIs(1));
    EXPECT_EQ(found.groups[0].verdict, Verdict::live);
    EXPECT_GT(found.groups[0].facts.gates->died, 0U);
}

TEST(Verdicts, SoDoThoseOfProcessesThatHaveEnded) {
    SnapshotBuilder builder = leak();
    DeathCells& dead = builder.snapshot.deaths.retired[{"TCP", "leaker", {0x10, 0x20}}];
    for (std::uint8_t i = 0; i < 35; ++i)
        dead.push_back(cell(i, static_cast<std::uint8_t>(i + 65), 2));
    EXPECT_EQ(analyze(builder.snapshot, long_trace()).groups.at(0).verdict, Verdict::live);
}

TEST(Verdicts, WhatWentFromBeforeTheTraceIsSharedByTheOriginsOfTheCache) {
    SnapshotBuilder builder = leak();
    builder.snapshot.deaths.older[{"TCP", 0}].assign(100, 1);
    EXPECT_EQ(analyze(builder.snapshot, long_trace()).groups.at(0).verdict, Verdict::replacing);
    // Nine of ten objects of the cache are another's.
    builder.origin({.id = 5, .kernel_stack = {0x50}}, {.births = 800});
    steady(builder, 5, 1);
    const AnalyzedGroups found = analyze(builder.snapshot, long_trace());
    ASSERT_THAT(found.groups, SizeIs(2));
    EXPECT_EQ(found.groups[0].verdict, Verdict::leaking);
    EXPECT_EQ(found.groups[0].cache + found.groups[1].cache, "TCPTCP");
    const std::uint64_t gone =
        found.groups[0].facts.gates->older_gone + found.groups[1].facts.gates->older_gone;
    EXPECT_NEAR(static_cast<double>(gone), 88, 1); // of 100, those after an eighth of the trace
    // Of another cache: nobody's here.
    builder.snapshot.deaths.older = {{{"UDP", 0}, std::vector<std::uint64_t>(100, 100)}};
    EXPECT_EQ(analyze(builder.snapshot, long_trace()).groups.at(0).facts.gates->older_gone, 0U);
}

// Deaths of unknown caches have no name either.
TEST(Verdicts, WhatIsOfNoCacheReplacesItsLikeOnly) {
    SnapshotBuilder builder = leak();
    for (auto& [id, origin] : builder.snapshot.origins) {
        origin.object_class = ObjectClass::percpu;
        origin.cache_name.clear();
    }
    for (LiveObject& object : builder.snapshot.objects)
        object.slot.object_class = ObjectClass::percpu;
    builder.snapshot.deaths.older[{"", 0}].assign(100, 1);
    const AnalyzedGroups found = analyze(builder.snapshot, long_trace());
    ASSERT_THAT(found.groups, SizeIs(1));
    EXPECT_EQ(found.groups[0].verdict, Verdict::leaking);
    EXPECT_EQ(found.groups[0].facts.gates->older_gone, 0U);
    builder.snapshot.deaths.older[{"(percpu)", 0}].assign(100, 1);
    EXPECT_EQ(analyze(builder.snapshot, long_trace()).groups.at(0).verdict, Verdict::replacing);
}

TEST(Verdicts, WhatAnotherProgramFreedOfItsOwnIsNotReplaced) {
    SnapshotBuilder builder = leak();
    builder.process({.tgid = 200, .comm = "server", .exe = "/bin/server"});
    builder.origin({.id = 5, .tgid = 200, .comm = "server", .kernel_stack = {0x50}},
                   {.births = 80});
    steady(builder, 5, 10, {.tgid = 200});
    builder.snapshot.deaths.older[{"TCP", by_program("server")}].assign(100, 1);
    const auto verdicts = [&] {
        std::map<std::string, Verdict> found;
        for (const AnalyzedGroup& group : analyze(builder.snapshot, long_trace()).groups)
            found[group.processes.at(0).comm] = group.verdict;
        return found;
    };
    EXPECT_EQ(verdicts().at("leaker"), Verdict::leaking);
    EXPECT_EQ(verdicts().at("server"), Verdict::replacing);
    // One that makes none itself may have freed what others made.
    builder.snapshot.deaths.older = {
        {{"TCP", by_program("closer")}, std::vector<std::uint64_t>(100, 2)}};
    EXPECT_EQ(verdicts().at("leaker"), Verdict::replacing);
    EXPECT_EQ(verdicts().at("server"), Verdict::replacing);
}

TEST(Verdicts, DentriesOfAnotherFileSystemAreNotReplaced) {
    const auto judged_at = [](std::uint32_t where, std::uint32_t gone_from) {
        SnapshotBuilder builder = leak();
        std::vector<DentryPlace>& places = builder.snapshot.dentry_names.places;
        places.push_back({"/tmp", "ext4", where});
        for (LiveObject& object : builder.snapshot.objects) {
            object.slot.object_class = ObjectClass::dentry;
            ObjectFacts facts;
            facts.dentry.place = 1;
            facts.refcount = 1;
            object.facts = facts;
        }
        builder.snapshot.origins.at(OriginId{3}).object_class = ObjectClass::dentry;
        builder.snapshot.deaths.older[{"TCP", by_device(gone_from)}].assign(100, 1);
        return analyze(builder.snapshot, long_trace()).groups.at(0).verdict;
    };
    EXPECT_EQ(judged_at(7, 7), Verdict::replacing);
    EXPECT_NE(judged_at(7, 8), Verdict::replacing);
    EXPECT_EQ(judged_at(0, 8), Verdict::replacing); // which file system cannot be told
}

TEST(Verdicts, NumbersAloneAreNotSureWhereOlderOnesAreNotKnown) {
    SnapshotBuilder builder = leak();
    builder.snapshot.one_in = 64;
    const AnalyzedGroup group = analyze(builder.snapshot, long_trace()).groups.at(0);
    EXPECT_EQ(group.verdict, Verdict::suspect);
    EXPECT_THAT(group.facts.sentence, HasSubstr("of those followed are older than"));
    EXPECT_NEAR(group.facts.objects_per_hour, 360 * 64, 640);
    builder.snapshot.one_in = 1;
    builder.snapshot.deaths.older_known = false;
    EXPECT_EQ(analyze(builder.snapshot, long_trace()).groups.at(0).verdict, Verdict::suspect);
    AnalyzeOptions run = long_trace();
    run.mode = TraceMode::run; // a new process has nothing older
    EXPECT_EQ(analyze(builder.snapshot, run).groups.at(0).verdict, Verdict::leaking);
}

TEST(Verdicts, TheExitOfATracedProcessIsNoDeath) {
    SnapshotBuilder builder(kEnd);
    builder.process({.alive = false, .exited_at_ns = kEnd});
    builder.origin({.id = 3}, {.births = 90, .deaths = 90, .exit_released = 90});
    DeathRecord& record = builder.snapshot.deaths;
    record.start_ns = kStart;
    record.cell_ns = 8 * kSecond;
    for (std::uint8_t i = 0; i < 90; ++i)
        record.at_exit[OriginId{3}].push_back(cell(i, 99, 1));
    AnalyzeOptions run = long_trace();
    run.mode = TraceMode::run;
    const AnalyzedGroup group = analyze(builder.snapshot, run).groups.at(0);
    EXPECT_EQ(group.count, 90U);
    EXPECT_EQ(group.verdict, Verdict::leaking);
    EXPECT_EQ(group.facts.gates->died, 0U);
}

TEST(Verdicts, ADamningStructureNeedsNoNumbers) {
    SnapshotBuilder builder(kNow);
    builder.process({}).origin({.id = 3}, {.births = 1});
    builder.objects(1, {.birth_ns = 80 * kSecond, .origin = 3});
    AnalyzeOptions options = host();
    options.cache_destroyed = [](const std::string&) { return true; };
    builder.snapshot.objects.back().slot.object_class = ObjectClass::slab;
    const AnalyzedGroup group = analyze(builder.snapshot, options).groups.at(0);
    EXPECT_EQ(group.verdict, Verdict::leaking);
    EXPECT_EQ(group.facts.structure, Structure::damning);
    EXPECT_EQ(group.facts.structure_reason, "its cache was destroyed with it");
}

TEST(Verdicts, AStructureFromOutsideIsAsked) {
    AnalyzeOptions options = long_trace();
    options.structure = [](const AnalyzedGroup& group) {
        EXPECT_EQ(group.cache, "TCP");
        return StructureFinding{Structure::pool, "kept for use again"};
    };
    const AnalyzedGroup group = analyze(leak().snapshot, options).groups.at(0);
    EXPECT_EQ(group.verdict, Verdict::cached);
    EXPECT_EQ(group.facts.structure_reason, "kept for use again");
    EXPECT_GE(group.facts.gates->confidence, 0.9); // what the numbers say is told
}

TEST(Verdicts, WhatFewOldOnesNeedIsTime) {
    SnapshotBuilder builder(kEnd);
    builder.process({}).origin({.id = 3}, {.births = 4});
    steady(builder, 3, 200);
    const AnalyzedGroup group = analyze(builder.snapshot, long_trace()).groups.at(0);
    EXPECT_EQ(group.verdict, Verdict::live);
    EXPECT_FALSE(group.facts.gates);
    EXPECT_FALSE(group.confidence);
    EXPECT_GT(group.facts.needs_ns.value(), kWindow * kSecond);
}

TEST(Verdicts, WhatLeaksComesFirstAndByCost) {
    SnapshotBuilder builder = leak();
    // More, and larger, but all from one moment.
    builder.origin({.id = 6, .cache_object_bytes = 8192, .cache_name = "UDP"}, {.births = 500});
    builder.objects(500, {.birth_ns = kStart + 5 * kSecond, .origin = 6});
    builder.origin({.id = 7, .cache_name = "RAW"}, {.births = 160});
    steady(builder, 7, 5);
    const AnalyzedGroups found = analyze(builder.snapshot, long_trace());
    ASSERT_THAT(found.groups, SizeIs(3));
    EXPECT_EQ(found.groups[0].cache, "RAW");
    EXPECT_EQ(found.groups[1].cache, "TCP");
    EXPECT_EQ(found.groups[2].cache, "UDP");
    EXPECT_THAT(std::string(to_string(found.groups[2].verdict)), testing::AnyOf("stopped", "kept"));
}

} // namespace
} // namespace unfreed::test
