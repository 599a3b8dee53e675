// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/alive_sums.h"
#include "analyze/attention.h"
#include "analyze/kind.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

namespace unfreed::test {
namespace {

AnalyzedGroup make(Verdict verdict, Structure structure = Structure::none,
                   Kind kind = Kind::outstanding) {
    AnalyzedGroup group;
    group.verdict = verdict;
    group.facts.structure = structure;
    group.kind = row_of(kind).name;
    group.count = 10;
    group.bytes = 1000;
    group.cache = "kmalloc-64";
    return group;
}

TEST(Attention, IsForLeaksAndTellingStates) {
    const auto of = [](const AnalyzedGroup& group) { return attention_of(group, TraceMode::host); };
    EXPECT_EQ(of(make(Verdict::leaking)), Attention::leaking);
    EXPECT_EQ(of(make(Verdict::suspect)), Attention::suspect);
    EXPECT_EQ(of(make(Verdict::live, Structure::damning)), Attention::look);
    EXPECT_EQ(of(make(Verdict::live, Structure::none, Kind::never_closed_peer_gone)),
              Attention::look);
    EXPECT_EQ(of(make(Verdict::pinned, Structure::none, Kind::pinned)), Attention::look);
    EXPECT_EQ(of(make(Verdict::cached, Structure::reclaimable, Kind::negative_flood)),
              Attention::look);
    EXPECT_EQ(of(make(Verdict::live)), Attention::none);
    EXPECT_EQ(of(make(Verdict::live, Structure::in_use, Kind::never_closed)), Attention::none);
    EXPECT_EQ(of(make(Verdict::rcu_pending)), Attention::none);
    AnalyzedGroup hidden = make(Verdict::leaking);
    hidden.judged = false;
    EXPECT_EQ(of(hidden), Attention::none);
}

// What a program had until it ended is what `run` is asked for, but not what every process has.
TEST(Attention, OfAProgramThatEndedIsForWhatItKept) {
    AnalyzedGroup group = make(Verdict::live);
    EXPECT_EQ(attention_of(group, TraceMode::run), Attention::none);
    group.released_at_exit = 10;
    EXPECT_EQ(attention_of(group, TraceMode::run), Attention::look);
    EXPECT_EQ(attention_of(group, TraceMode::host), Attention::none);
    group.facts.structure = Structure::in_use;
    EXPECT_EQ(attention_of(group, TraceMode::run), Attention::none);
    group.facts.structure = Structure::none;
    group.released_at_exit = 5;
    EXPECT_EQ(attention_of(group, TraceMode::run), Attention::none);
    group.object_class = ObjectClass::socket; // one is enough
    EXPECT_EQ(attention_of(group, TraceMode::run), Attention::look);
}

TEST(AliveSums, AddUpToWhatNeedsNoLook) {
    std::vector<AnalyzedGroup> groups{make(Verdict::live, Structure::reclaimable),
                                      make(Verdict::cached),
                                      make(Verdict::live, Structure::pool),
                                      make(Verdict::kept),
                                      make(Verdict::live),
                                      make(Verdict::leaking),
                                      make(Verdict::rcu_pending)};
    groups[0].bytes.reset();
    groups[4].facts.gates.emplace();
    groups[4].processes = {{1, "server", "", "", "", true, 10}};
    for (AnalyzedGroup& group : groups)
        group.attention = attention_of(group, TraceMode::host);
    const std::vector<AliveSum> sums = alive_sums(groups);
    std::vector<std::string> reasons;
    for (const AliveSum& sum : sums)
        reasons.push_back(sum.reason);
    EXPECT_THAT(reasons, testing::ElementsAre("reclaimable", "kept", "no-growth", "pool"));
    EXPECT_EQ(
        std::accumulate(sums.begin(), sums.end(), std::uint64_t{0},
                        [](std::uint64_t sum, const AliveSum& one) { return sum + one.objects; }),
        50u);
    EXPECT_EQ(sums[0].groups, 2u);
    EXPECT_EQ(sums[0].bytes, std::nullopt);
    ASSERT_EQ(sums[0].largest.size(), 1u);
    EXPECT_EQ(sums[0].largest[0].objects, 20u);
    EXPECT_EQ(sums[2].largest[0].program, "server");
}

} // namespace
} // namespace unfreed::test
