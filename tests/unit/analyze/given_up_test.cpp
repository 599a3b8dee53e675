// SPDX-License-Identifier: BSD-2-Clause
// Who gave the objects of a group to RCU.
#include "support/analyze_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unfreed::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr ObjectSpec kPending{.stages = UF_STAGE_RCU_PENDING};

ObjectSpec pending_of(std::uint32_t origin) {
    ObjectSpec spec = kPending;
    spec.origin = origin;
    return spec;
}

TEST(GivenUp, IsToldOfWhatIsPendingOnly) {
    SnapshotBuilder builder;
    builder.process({}).origin({}).objects(2, kPending).objects(1, {});
    builder.snapshot.given_up[OriginId{1}] =
        given_up_event({.tgid = 7, .comm = "kworker/0:1", .context = Context::kworker});
    AnalyzeOptions options = host();
    options.normalize = [](std::span<const std::uint64_t> stack) {
        return std::vector<std::uint64_t>(stack.begin() + 1, stack.end());
    };
    const AnalyzedGroups found = analyze(builder.snapshot, options);
    ASSERT_THAT(found.groups, SizeIs(2));
    EXPECT_EQ(found.groups[0].verdict, Verdict::live);
    EXPECT_FALSE(found.groups[0].given_up_by);
    EXPECT_EQ(found.groups[1].verdict, Verdict::rcu_pending);
    EXPECT_THAT(found.groups[1].advice, HasSubstr("grace period does not end"));
    ASSERT_TRUE(found.groups[1].given_up_by);
    const GivenUpBy& by = *found.groups[1].given_up_by;
    EXPECT_EQ(by.tgid, 7U);
    EXPECT_EQ(by.comm, "kworker/0:1");
    EXPECT_EQ(by.context, Context::kworker);
    EXPECT_THAT(by.kernel_stack, ElementsAre(0x40U)); // without the frames of tracing
}

TEST(GivenUp, IsTheOneOfMostObjectsThatIsKnown) {
    SnapshotBuilder builder;
    builder.process({}).origin({.id = 1}).origin({.id = 2}).origin({.id = 3});
    builder.objects(2, pending_of(1)).objects(3, pending_of(2)).objects(9, pending_of(3));
    builder.snapshot.given_up[OriginId{1}] = given_up_event({.origin = 1, .comm = "two"});
    builder.snapshot.given_up[OriginId{2}] = given_up_event({.origin = 2, .comm = "three"});
    const AnalyzedGroups found = analyze(builder.snapshot, host());
    ASSERT_THAT(found.groups, SizeIs(1));
    EXPECT_EQ(found.groups[0].count, 14U);
    ASSERT_TRUE(found.groups[0].given_up_by);
    EXPECT_EQ(found.groups[0].given_up_by->comm, "three");
}

TEST(GivenUp, MayBeUnknown) {
    SnapshotBuilder builder;
    builder.process({}).origin({}).objects(2, kPending);
    // Of an origin that has nothing pending.
    builder.snapshot.given_up[OriginId{2}] = given_up_event({.origin = 2});
    EXPECT_FALSE(analyze(builder.snapshot, host()).groups.at(0).given_up_by);
    builder.snapshot.given_up[OriginId{1}] = given_up_event({.kernel_stack = {}});
    const AnalyzedGroups found = analyze(builder.snapshot, host());
    ASSERT_TRUE(found.groups.at(0).given_up_by);
    EXPECT_EQ(found.groups[0].given_up_by->comm, "giver");
    EXPECT_THAT(found.groups[0].given_up_by->kernel_stack, IsEmpty());
}

} // namespace
} // namespace unfreed::test
