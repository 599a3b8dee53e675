// SPDX-License-Identifier: BSD-2-Clause
#include "base/clock.h"
#include "report/report_builder.h"
#include "support/fake_kernel_symbols.h"

#include <gtest/gtest.h>

namespace unfreed::testing {
namespace {

std::vector<Group> build(const AnalyzedGroup& group, const KernelSymbols& symbols) {
    AnalyzedGroups analyzed;
    analyzed.groups.push_back(group);
    return build_groups(analyzed, 0, symbols,
                        [](auto, const auto&) { return std::vector<Frame>{}; });
}

TEST(ReportBuilder, NamesWhoGaveUp) {
    FakeKernelSymbols symbols;
    symbols.add(0x1000, "kvfree_call_rcu").add(0x2000, "give_up", "leaky").add(0x3000, "do_idle");
    AnalyzedGroup group;
    group.kernel_stack = {0x3010};
    EXPECT_FALSE(build(group, symbols).at(0).given_up_by);
    const std::string id = build(group, symbols)[0].id;

    group.given_up_by = GivenUpBy{7, "giver", Context::process, {0x1005, 0x2010}};
    const Group built = build(group, symbols).at(0);
    ASSERT_TRUE(built.given_up_by);
    EXPECT_EQ(built.given_up_by->pid, 7U);
    EXPECT_EQ(built.given_up_by->comm, "giver");
    EXPECT_EQ(built.given_up_by->context, "process");
    ASSERT_EQ(built.given_up_by->kernel_stack.size(), 2U);
    EXPECT_EQ(built.given_up_by->kernel_stack[0].function, "kvfree_call_rcu");
    EXPECT_EQ(built.given_up_by->kernel_stack[1].function, "give_up");
    EXPECT_EQ(built.given_up_by->kernel_stack[1].module, "leaky");
    EXPECT_EQ(built.id, id) << "who frees an object is no part of where it comes from";
}

TEST(ReportBuilder, TheStackTellsWhichInterruptGaveUp) {
    FakeKernelSymbols symbols;
    symbols.add(0x1000, "hrtimer_interrupt");
    AnalyzedGroup group;
    group.given_up_by = GivenUpBy{0, "", Context::softirq, {0x1010}};
    EXPECT_EQ(build(group, symbols).at(0).given_up_by->context, "hardirq");
    group.given_up_by->kernel_stack = {0x9000};
    EXPECT_EQ(build(group, symbols).at(0).given_up_by->context, "softirq");
}

// As where the user stacks of a large program could not be named.
TEST(ReportBuilder, ManyGroupsOfOneOriginHaveIdsOfTheirOwnInLinearTime) {
    AnalyzedGroups analyzed;
    analyzed.groups.resize(20'000);
    const FakeKernelSymbols symbols;
    const std::uint64_t before = thread_cpu_ns();
    const std::vector<Group> groups =
        build_groups(analyzed, 0, symbols, [](auto, const auto&) { return std::vector<Frame>{}; });
    EXPECT_LT(thread_cpu_ns() - before, 2'000'000'000U); // half a minute if each looked for its own
    EXPECT_EQ(groups[1].id, groups[0].id + "-2");
    EXPECT_EQ(groups.back().id, groups[0].id + "-20000");
}

} // namespace
} // namespace unfreed::testing
