// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/ranking.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unfreed::test {
namespace {

using testing::ElementsAre;

struct GroupSpec {
    std::string name;
    ObjectClass object_class = ObjectClass::socket;
    std::string kind = "never-closed";
    std::uint64_t count = 10;
    std::uint64_t released_at_exit = 0;
    std::uint64_t outliving = 0;
    std::optional<std::uint64_t> bytes = 10'000;
    std::optional<double> growth_per_s = 1;
    Verdict verdict = Verdict::live;
};
AnalyzedGroup make(const GroupSpec& spec) {
    AnalyzedGroup group;
    group.cache = spec.name;
    group.object_class = spec.object_class;
    group.kind = spec.kind;
    group.count = spec.count;
    group.released_at_exit = spec.released_at_exit;
    group.outliving = spec.outliving;
    group.bytes = spec.bytes;
    group.growth_per_s = spec.growth_per_s;
    group.verdict = spec.verdict;
    return group;
}

std::vector<std::string> order(const std::vector<GroupSpec>& specs, TraceMode mode,
                               bool all_processes_ended) {
    std::vector<AnalyzedGroup> groups;
    for (const GroupSpec& spec : specs)
        groups.push_back(make(spec));
    rank(groups, mode, all_processes_ended);
    std::vector<std::string> names;
    for (const AnalyzedGroup& group : groups)
        names.push_back(group.cache);
    return names;
}

constexpr auto kSlab = ObjectClass::slab;
constexpr auto kDentry = ObjectClass::dentry;

TEST(Ranking, KernelBugsComeFirstAndListenersAfterOtherSockets) {
    const std::vector<GroupSpec> groups{
        {.name = "listener", .kind = "listener", .bytes = 50'000},
        {.name = "open", .growth_per_s = 0},
        {.name = "grows"},
        {.name = "reference", .kind = "closed-unexplained", .bytes = 1, .growth_per_s = 0},
        {.name = "account", .kind = "memory-not-returned", .bytes = 2, .growth_per_s = 0}};
    EXPECT_THAT(order(groups, TraceMode::host, false),
                ElementsAre("account", "reference", "grows", "listener", "open"));
    EXPECT_THAT(order(groups, TraceMode::run, true),
                ElementsAre("account", "reference", "grows", "open", "listener"));
}

TEST(Ranking, AfterARunWhatOutlivesItComesFirstAndExitOnlySlabLast) {
    EXPECT_THAT(order({{.name = "rcu", .bytes = 1'000'000'000, .verdict = Verdict::rcu_pending},
                       {.name = "slab-exit",
                        .object_class = kSlab,
                        .kind = "outstanding",
                        .released_at_exit = 10,
                        .bytes = 1'000'000'000},
                       {.name = "slab-cached",
                        .object_class = kSlab,
                        .kind = "outstanding",
                        .outliving = 10,
                        .bytes = 1'000'000},
                       {.name = "dentry-cached", .object_class = kDentry, .kind = "unused"},
                       {.name = "dentry-exit",
                        .object_class = kDentry,
                        .kind = "open",
                        .released_at_exit = 10,
                        .bytes = 1920},
                       {.name = "socket-exit", .released_at_exit = 10, .bytes = 20'000},
                       {.name = "socket-outlives", .count = 1, .outliving = 1, .bytes = 2000}},
                      TraceMode::run, true),
                ElementsAre("socket-outlives", "socket-exit", "dentry-exit", "slab-cached",
                            "dentry-cached", "slab-exit", "rcu"));
}

TEST(Ranking, AtEqualCountsSocketsComeBeforeDentriesBeforeSlab) {
    const std::vector<GroupSpec> specs{
        {.name = "big-slab", .object_class = kSlab, .kind = "outstanding", .bytes = 81'920},
        {.name = "filp", .object_class = kSlab, .kind = "outstanding", .bytes = 2560},
        {.name = "dentry", .object_class = kDentry, .kind = "open", .bytes = 1920},
        {.name = "TCP", .bytes = 25'000}};
    for (TraceMode mode : {TraceMode::host, TraceMode::pid, TraceMode::run})
        for (bool ended : {false, true})
            EXPECT_THAT(order(specs, mode, ended),
                        ElementsAre("TCP", "dentry", "big-slab", "filp"));
}

TEST(Ranking, ABigGrowingSlabBeatsTheFewSocketsOfADaemon) {
    const std::vector<GroupSpec> specs{
        {.name = "listener", .count = 3, .bytes = 7500, .growth_per_s = 0},
        {.name = "kmalloc-4k",
         .object_class = kSlab,
         .kind = "outstanding",
         .count = 100'000,
         .bytes = 400'000'000,
         .growth_per_s = 100}};
    EXPECT_THAT(order(specs, TraceMode::host, false), ElementsAre("kmalloc-4k", "listener"));
    EXPECT_THAT(order(specs, TraceMode::pid, false), ElementsAre("kmalloc-4k", "listener"));
}

TEST(Ranking, GrowthBeatsSize) {
    EXPECT_THAT(order({{.name = "shrinking", .bytes = 100'000'000, .growth_per_s = -5},
                       {.name = "unknown", .bytes = 120'000'000, .growth_per_s = std::nullopt},
                       {.name = "growing", .bytes = 1'000'000, .growth_per_s = 1}},
                      TraceMode::host, false),
                ElementsAre("growing", "unknown", "shrinking"));
}

TEST(Ranking, WhatDoesNotGrowIsRankedByItsBytes) {
    EXPECT_THAT(order({{.name = "flat", .bytes = 1'000'000, .growth_per_s = 0},
                       {.name = "shrinking", .bytes = 3'000'000, .growth_per_s = -5},
                       {.name = "unknown", .bytes = 2'000'000, .growth_per_s = std::nullopt}},
                      TraceMode::host, false),
                ElementsAre("shrinking", "unknown", "flat"));
}

TEST(Ranking, OutlivingWeighsMoreWhileOthersRun) {
    EXPECT_THAT(order({{.name = "alive", .bytes = 50'000}, {.name = "outlives", .outliving = 10}},
                      TraceMode::host, false),
                ElementsAre("outlives", "alive"));
    // But it does not hide what really grows: children inherit the sockets of parents that ended.
    EXPECT_THAT(
        order({{.name = "inherited", .count = 1, .outliving = 1, .bytes = 2000, .growth_per_s = 0},
               {.name = "leak", .bytes = 1'000'000}},
              TraceMode::run, false),
        ElementsAre("leak", "inherited"));
}

TEST(Ranking, CachedDentriesWeighNoMoreThanSlab) {
    EXPECT_THAT(
        order({{.name = "unused", .object_class = kDentry, .kind = "unused", .bytes = 20'000},
               {.name = "open", .object_class = kDentry, .kind = "open"}},
              TraceMode::host, false),
        ElementsAre("open", "unused"));
}

TEST(Ranking, UnknownSizesAreGuessedSmall) {
    EXPECT_THAT(order({{.name = "unknown", .bytes = std::nullopt},
                       {.name = "known", .bytes = 1000},
                       {.name = "smaller", .bytes = 100}},
                      TraceMode::host, false),
                ElementsAre("known", "unknown", "smaller"));
}

TEST(Ranking, TiesGoByClassThenByCountAndThenStayAsTheyWere) {
    EXPECT_THAT(order({{.name = "dentry", .object_class = kDentry, .kind = "open", .count = 99},
                       {.name = "socket"}},
                      TraceMode::host, false),
                ElementsAre("socket", "dentry"));
    EXPECT_THAT(order({{.name = "b"}, {.name = "a"}, {.name = "more", .count = 11}},
                      TraceMode::host, false),
                ElementsAre("more", "b", "a"));
}

} // namespace
} // namespace unfreed::test
