// SPDX-License-Identifier: BSD-2-Clause
// Sockets that are gone, but not the memory that was charged to them.
#include "support/analyze_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unfreed::test {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

ChargedDead dead(std::uint64_t count) {
    ChargedDead sum;
    sum.origin = origin_event();
    sum.count = count;
    sum.tgid = 100;
    sum.wmem_queued = 5;
    sum.forward_alloc = -8;
    return sum;
}

TEST(ChargedDead, AreAGroupOfTheirOwnThatIsNotOutstanding) {
    SnapshotBuilder builder;
    builder.process({}).origin({}, {.births = 20, .deaths = 12}).objects(8, {});
    builder.snapshot.charged_dead.push_back(dead(3));
    const AnalyzedGroups found = analyze(builder.snapshot, host());
    ASSERT_THAT(found.groups, SizeIs(2));
    const AnalyzedGroup& charged = found.groups[found.groups[0].kind == "never-closed" ? 1 : 0];
    EXPECT_EQ(charged.kind, "memory-not-returned");
    EXPECT_EQ(charged.count, 3U);
    EXPECT_EQ(charged.bytes, 3U);
    EXPECT_EQ(charged.processes.at(0).count, 3U);
    EXPECT_EQ(charged.age_ns, std::nullopt);
    EXPECT_THAT(charged.evidence, HasSubstr("3 died with memory charged to them: sk_wmem_queued 5 "
                                            "bytes sk_forward_alloc -8 bytes"));
    EXPECT_EQ(found.outstanding, 8U);
}

TEST(ChargedDead, OfForgottenOriginsAreStillTold) {
    SnapshotBuilder builder;
    builder.snapshot.charged_dead.push_back(dead(1));
    builder.snapshot.charged_dead[0].origin.id = OriginId{};
    const AnalyzedGroups found = analyze(builder.snapshot, host());
    ASSERT_THAT(found.groups, SizeIs(1));
    EXPECT_EQ(found.groups[0].count, 1U);
    EXPECT_THAT(found.groups[0].kernel_stack, SizeIs(2));
    EXPECT_EQ(found.outstanding, 0U);
}

} // namespace
} // namespace unfreed::test
