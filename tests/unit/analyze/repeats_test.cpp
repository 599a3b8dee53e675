// SPDX-License-Identifier: BSD-2-Clause
// A command that was run many times: what grew in how many of its runs.
#include "analyze/attention.h"
#include "analyze/kind.h"
#include "analyze/leak_analyzer.h"
#include "support/analyze_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unfreed::test {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::uint64_t kFirstNs = kNow - 60 * kSecond;

// One to warm up, then five that count, a second each.
AnalyzeOptions repeated() {
    AnalyzeOptions options = run_mode();
    options.repeats = {.asked = 5, .warmup = 1, .starts_ns = {}, .ended = 6};
    for (std::uint64_t run = 0; run < 6; ++run)
        options.repeats.starts_ns.push_back(kFirstNs + run * kSecond);
    return options;
}

// A process for each run, with an origin of the same number, that leaves so many sockets behind.
SnapshotBuilder leaving(const std::vector<std::size_t>& counts) {
    SnapshotBuilder builder;
    for (std::uint32_t run = 0; run < counts.size(); ++run) {
        const std::uint64_t start_ns = kFirstNs + run * kSecond;
        builder.process({.tgid = 100 + run,
                         .alive = false,
                         .exited_at_ns = start_ns + kSecond / 2,
                         .started_at_ns = start_ns + 1});
        builder.origin({.id = run + 1, .time_ns = start_ns + 2, .tgid = 100 + run},
                       {.births = counts[run]});
        builder.objects(counts[run],
                        {.birth_ns = start_ns + 2, .origin = run + 1, .tgid = 100 + run});
    }
    return builder;
}

TEST(Repeated, AGroupGrowsByWhatEachRunLeft) {
    const AnalyzedGroups found = analyze(leaving({2, 2, 2, 2, 2, 2}).snapshot, repeated());
    ASSERT_THAT(found.groups, SizeIs(1));
    EXPECT_EQ(found.groups[0].count, 12U);
    EXPECT_THAT(found.groups[0].repeats, ElementsAre(2, 2, 2, 2, 2));
    EXPECT_NE(found.groups[0].attention, Attention::none);
    EXPECT_THAT(found.groups[0].evidence, HasSubstr("grew by 2 in 5 of 5 repeats"));
}

TEST(Repeated, WhatIsMadeOnceNeedsNoLook) {
    for (const auto& counts : {std::vector<std::size_t>{50, 0, 0, 0, 0, 0},   // to warm up
                               std::vector<std::size_t>{0, 0, 50, 0, 0, 0},   // at first use
                               std::vector<std::size_t>{2, 2, 2, 0, 2, 0}}) { // in three of five
        const AnalyzedGroups found = analyze(leaving(counts).snapshot, repeated());
        ASSERT_THAT(found.groups, SizeIs(1));
        EXPECT_EQ(found.groups[0].attention, Attention::none);
        ASSERT_THAT(found.alive_sums, SizeIs(1));
        EXPECT_EQ(found.alive_sums[0].reason, "few-repeats");
        EXPECT_EQ(found.alive_sums[0].objects, found.groups[0].count);
    }
    // As it would be without repeats.
    EXPECT_NE(analyze(leaving({50, 0}).snapshot, run_mode()).groups[0].attention, Attention::none);
}

TEST(Repeated, WhatAnExitFreedIsOfTheRunThatMadeIt) {
    SnapshotBuilder builder = leaving({0, 0, 0, 0, 0, 0});
    for (std::uint32_t run = 0; run < 6; ++run)
        builder.snapshot.counts[OriginId{run + 1}] = {
            .births = run, .deaths = run, .exit_released = run};
    const AnalyzedGroups found = analyze(builder.snapshot, repeated());
    ASSERT_THAT(found.groups, SizeIs(1));
    EXPECT_THAT(found.groups[0].repeats, ElementsAre(1, 2, 3, 4, 5));
    EXPECT_THAT(found.groups[0].evidence, HasSubstr("grew by 1 to 5 in 5 of 5 repeats"));
}

TEST(Repeated, OnlyRunsThatEndedCount) {
    AnalyzeOptions options = repeated();
    options.repeats.ended = 3; // and the fourth was begun
    options.repeats.starts_ns.resize(4);
    const AnalyzedGroups found = analyze(leaving({2, 2, 0, 7}).snapshot, options);
    EXPECT_THAT(found.groups.at(0).repeats, ElementsAre(2, 0));
    options.repeats.ended = 1; // the one to warm up: nothing is known of repeats
    EXPECT_THAT(analyze(leaving({2, 2}).snapshot, options).groups.at(0).repeats, IsEmpty());
}

TEST(Repeated, ASampleIsScaled) {
    SnapshotBuilder builder = leaving({1, 1, 1, 1, 1, 1});
    builder.snapshot.one_in = 4;
    EXPECT_THAT(analyze(builder.snapshot, repeated()).groups.at(0).repeats, Each(4));
}

// Every other run ended before its functions could be named: two halves, none of which grows.
TEST(Repeated, RunsWithoutNamesAreNoGroupOfTheirOwn) {
    SnapshotBuilder builder = leaving({2, 2, 2, 2, 2, 2});
    AnalyzeOptions options = repeated();
    options.user_key = [](const OriginEvent& origin) {
        return origin.id.value % 2 == 0 ? std::string("/bin/leaker+1") : std::string();
    };
    const AnalyzedGroups found = analyze(builder.snapshot, options);
    ASSERT_THAT(found.groups, SizeIs(1));
    EXPECT_THAT(found.groups[0].repeats, ElementsAre(2, 2, 2, 2, 2));
    EXPECT_EQ(found.groups[0].count, 12U);
    EXPECT_THAT(found.groups[0].processes, SizeIs(6));
    EXPECT_EQ(found.groups[0].user_stack_program.tgid, 101U); // the first that has names
    // Where all have names, different callers stay apart.
    options.user_key = [](const OriginEvent& origin) {
        return "/bin/leaker+" + std::to_string(origin.id.value % 2);
    };
    EXPECT_THAT(analyze(builder.snapshot, options).groups, SizeIs(2));
}

TEST(Repeated, EachRunHasItsFewThatTheExitFrees) {
    AnalyzedGroup group;
    group.kind = row_of(Kind::outstanding).name;
    group.repeats = {5, 5, 5, 5, 5};
    group.released_at_exit = 30;
    group.count = 30;
    EXPECT_EQ(attention_of(group, TraceMode::run, 6), Attention::none);
    group.released_at_exit = 36;
    EXPECT_EQ(attention_of(group, TraceMode::run, 6), Attention::look);
    // What outlives one run after the other adds up.
    group.released_at_exit = 0;
    group.outliving = 12;
    EXPECT_EQ(attention_of(group, TraceMode::run, 6), Attention::look);
}

} // namespace
} // namespace unfreed::test
