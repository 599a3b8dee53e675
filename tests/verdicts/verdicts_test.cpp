// SPDX-License-Identifier: BSD-2-Clause
// A small version of the table in docs/verdicts.md, with seeds of its own.
#include "trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unfreed::verdicts {
namespace {

constexpr std::uint64_t kSeeds = 50;
constexpr std::uint64_t kFirstSeed = 1'000'000; // none of the table's

struct Counts {
    std::size_t traces = 0, leaking = 0, noticed = 0; // noticed: leaking or suspect
};

Counts count(std::span<const Kind> kinds) {
    Counts counts;
    for (const Kind& kind : kinds)
        for (std::uint64_t i = 0; i < kSeeds; ++i) {
            const Verdict verdict = judge(make(kind, kFirstSeed + i)).verdict;
            ++counts.traces;
            counts.leaking += verdict == Verdict::leaking;
            counts.noticed += verdict == Verdict::leaking || verdict == Verdict::suspect;
            if (verdict == Verdict::leaking && kinds.data() == healthy_kinds().data())
                ADD_FAILURE() << kind.name << ' ' << kFirstSeed + i;
        }
    return counts;
}

TEST(Verdicts, NothingHealthyIsLeaking) {
    const Counts counts = count(healthy_kinds());
    EXPECT_GE(counts.traces, 19 * kSeeds);
    EXPECT_EQ(counts.leaking, 0U);
    EXPECT_LE(counts.noticed, counts.traces / 100);
}

TEST(Verdicts, MostOfWhatLeaksIsFound) {
    const Counts counts = count(leaky_kinds());
    EXPECT_GE(counts.traces, 10 * kSeeds);
    EXPECT_GE(counts.leaking, counts.traces * 75 / 100);
    EXPECT_GE(counts.noticed, counts.traces * 87 / 100);
}

TEST(Verdicts, ALeakThatHasEndedIsToldApart) {
    const Kind& stopped = undecidable_kinds().back();
    for (std::uint64_t i = 0; i < kSeeds; ++i)
        EXPECT_EQ(judge(make(stopped, kFirstSeed + i)).verdict, Verdict::stopped) << i;
}

} // namespace
} // namespace unfreed::verdicts
