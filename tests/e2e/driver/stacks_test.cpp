// SPDX-License-Identifier: BSD-2-Clause
// The stack of what is reported is the stack it was made by, though not every stack is walked.
#include "tool.h"
#include "tool_table.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <set>
#include <thread>

namespace unfreed::e2e {
namespace {

bool user_stack_has(const Json& group, const std::string& function) {
    for (const Json& frame : group["user_stack"])
        if (frame["function"] == function)
            return true;
    return false;
}

std::uint64_t births_of(const Json& group) {
    return group["births"];
}

// leak_tcp() and use_tcp() call one open_tcp(), from equal depths: only the callers differ.
TEST(Stacks, TwoCallersOfOneWrapperAreTwoOrigins) {
    const Finished finished =
        run(command({"run", "--class", "socket"}, {"--", program_path("tcp_leaker"), "200"}));
    const auto groups = groups_of(report_of(finished), "socket", "tcp_leaker");
    ASSERT_EQ(groups.size(), 1u) << finished.out;
    EXPECT_EQ(groups[0]["count"], 200);
    EXPECT_EQ(births_of(groups[0]), 200u) << "births of use_tcp() are counted here";
    EXPECT_EQ(groups[0]["stack_quality"], "exact");
    EXPECT_TRUE(user_stack_has(groups[0], "leak_tcp")) << groups[0]["user_stack"];
}

// Distributions build without frame pointers: then the words on the stack tell callers apart, and
// the unwind tables name them.
class WithoutFramePointers : public testing::TestWithParam<std::string> {};

TEST_P(WithoutFramePointers, CallersAreToldApartAndNamed) {
    const Finished finished =
        run(command({"run", "--class", "socket"}, {"--", program_path(GetParam()), "200"}));
    const auto groups = groups_of(report_of(finished), "socket", GetParam());
    ASSERT_EQ(groups.size(), 1u) << finished.out;
    EXPECT_EQ(groups[0]["count"], 200);
    EXPECT_EQ(births_of(groups[0]), 200u) << "births of use_tcp() are counted here";
    EXPECT_EQ(groups[0]["stack_quality"], "exact");
    EXPECT_EQ(groups[0]["user_stack_by"], "unwind_tables");
    for (const char* function : {"open_tcp", "leak_tcp", "testprog_main", "main"})
        EXPECT_TRUE(user_stack_has(groups[0], function)) << groups[0]["user_stack"];
    EXPECT_FALSE(user_stack_has(groups[0], "use_tcp")) << groups[0]["user_stack"];
}

INSTANTIATE_TEST_SUITE_P(, WithoutFramePointers, testing::Values("nofp_leaker", "mixed_leaker"),
                         [](const auto& one) { return one.param; });

// Host-wide only what survives is walked: once the tool has seen survivors of a place, what is
// leaked there has its own stack.
TEST(Stacks, AreWalkedWhereObjectsSurvive) {
    Process tool(command({"trace", "--class", "socket", "--min-age", "1s"}));
    ASSERT_TRUE(tool.wait_for("tracing", true));
    TempDir dir;
    const std::string program = own_program("tcp_leaker", dir.path);
    const std::string comm = std::filesystem::path(program).filename();
    Process leaker({program, "100", "--pause-at", "40", "--hold", "forever"});
    ASSERT_TRUE(leaker.wait_for("paused"));
    {
        const auto table = ToolTable::open();
        ASSERT_TRUE(table);
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (!table->walks_stacks_of(leaker.pid())) {
            ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "nothing was walked";
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
        }
    }
    leaker.signal(SIGUSR1);
    ASSERT_TRUE(leaker.wait_for("leaked"));
    const Finished finished = end_trace(tool);
    const Json report = report_of(finished);
    EXPECT_EQ(report["trace"]["stacks"], "adaptive");
    EXPECT_EQ(count_of(report, "socket", comm), 100) << finished.out;
    std::uint64_t checked = 0;
    for (const Json& group : groups_of(report, "socket", comm)) {
        checked += group["stack_checks"]["objects"].get<std::uint64_t>();
        EXPECT_TRUE(user_stack_has(group, "leak_tcp")) << group["user_stack"];
        EXPECT_FALSE(user_stack_has(group, "use_tcp")) << group["user_stack"];
    }
    EXPECT_GE(checked, 60u) << finished.out;
}

// A walk costs more than all else: accepted sockets, too, whose births are taken back from their
// listener's origin, are walked as a sample only.
TEST(Stacks, AreNotWalkedWhereNothingSurvives) {
    Process tool(command({"trace", "--class", "socket"}));
    ASSERT_TRUE(tool.wait_for("tracing", true));
    const Finished churner = run({program_path("connect_churner"), "3000"});
    ASSERT_EQ(churner.status, 0) << churner.err;
    const auto table = ToolTable::open();
    ASSERT_TRUE(table);
    const ToolTable::Totals totals = table->totals();
    EXPECT_GE(totals.births, 6000u);
    EXPECT_LT(totals.walked, 600u) << "of " << totals.births << " births";
    report_of(end_trace(tool));
}

// What a whole-host trace says of leakers among churn: comm, kernel functions, leaking function.
std::set<std::string> accused(const std::string& stacks) {
    Process tool(command(
        {"trace", "--class", "socket", "--stacks", stacks, "--min-age", "2s", "--top", "200"}));
    EXPECT_TRUE(tool.wait_for("tracing", true));
    Process churner({program_path("socket_churner"), "--seconds", "5"});
    Process tcp({program_path("tcp_leaker"), "64", "--hold", "forever"});
    Process udp({program_path("udp_leaker"), "64", "--hold", "forever"});
    Process unix_({program_path("unix_leaker"), "64", "--hold", "forever"});
    for (Process* leaker : {&tcp, &udp, &unix_})
        EXPECT_TRUE(leaker->wait_for("leaked"));
    EXPECT_TRUE(churner.wait_for("done"));
    const Json report = report_of(end_trace(tool));
    std::set<std::string> found;
    for (const char* comm : {"tcp_leaker", "udp_leaker", "unix_leaker", "socket_churner"})
        for (const Json& group : groups_of(report, "socket", comm)) {
            std::string text = comm;
            for (const Json& frame : group["kernel_stack"])
                text += " " + frame["function"].get<std::string>();
            for (const Json& frame : group["user_stack"])
                if (frame["function"].get<std::string>().starts_with("leak_"))
                    text += " | " + frame["function"].get<std::string>();
            found.insert(text);
        }
    return found;
}

TEST(Stacks, AdaptiveAccusesWhatAlwaysAccuses) {
    const std::set<std::string> always = accused("always");
    EXPECT_EQ(always.size(), 3u);
    EXPECT_EQ(accused("adaptive"), always);
}

} // namespace
} // namespace unfreed::e2e
