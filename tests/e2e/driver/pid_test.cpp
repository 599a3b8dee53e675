// SPDX-License-Identifier: BSD-2-Clause
// `unfreed trace -p`: attached to a running process, it counts what the process leaks from then on.
#include "tool.h"

#include <gtest/gtest.h>

#include <regex>
#include <thread>

namespace unfreed::e2e {
namespace {

class PidCounts : public testing::TestWithParam<std::string> {};

TEST_P(PidCounts, ExactlyWhatIsLeakedAfterAttach) {
    Process leaker(
        {program_path(GetParam()), "700", "--before", "300", "--wait-start", "--hold", "forever"});
    ASSERT_TRUE(leaker.wait_for("waiting"));
    Process tool(command(
        {"trace", "-p", std::to_string(leaker.pid()), "--class", "socket", "--min-age", "1s"}));
    ASSERT_TRUE(tool.wait_for("tracing", true)) << "the tool never said that it traces";
    leaker.signal(SIGUSR1);
    ASSERT_TRUE(leaker.wait_for("leaked"));
    const Finished finished = end_trace(tool);
    const Json report = report_of(finished);
    const auto groups = groups_of(report, "socket", GetParam());
    ASSERT_EQ(groups.size(), 1u) << finished.out;
    EXPECT_EQ(groups[0]["count"], 700);
    EXPECT_EQ(groups[0]["released_at_exit"], 0);
    EXPECT_EQ(groups[0]["processes"][0]["pid"], leaker.pid());
    EXPECT_TRUE(groups[0]["processes"][0]["alive"]);
    EXPECT_EQ(report["trace"]["mode"], "pid");
}

INSTANTIATE_TEST_SUITE_P(Sockets, PidCounts,
                         testing::Values("tcp_leaker", "udp_leaker", "unix_leaker"),
                         [](const auto& tested) { return tested.param; });

TEST(Pid, CountsAtTheEndOfTheProcess) {
    Process leaker({program_path("tcp_leaker"), "700", "--wait-start", "--end", "kill"});
    ASSERT_TRUE(leaker.wait_for("waiting"));
    Process tool(command({"trace", "-p", std::to_string(leaker.pid()), "--class", "socket"}));
    ASSERT_TRUE(tool.wait_for("tracing", true));
    leaker.signal(SIGUSR1);
    leaker.finish();
    const Finished finished = tool.finish();
    const Json report = report_of(finished);
    EXPECT_EQ(count_of(report, "socket", "tcp_leaker"), 700) << finished.out;
    const auto groups = groups_of(report, "socket", "tcp_leaker");
    ASSERT_EQ(groups.size(), 1u);
    EXPECT_EQ(groups[0]["released_at_exit"], 700);
}

// The connections belong to nobody before accept(): in a trace of a process only its listener
// tells.
TEST(Pid, SaysThatAnOlderListenerDoesNotAccept) {
    Process server(
        {program_path("tcpkind_leaker"), "10", "--kind", "unaccepted", "--hold", "forever"});
    ASSERT_TRUE(server.wait_for("leaked"));
    const std::vector<std::string> trace{
        "trace", "-p", std::to_string(server.pid()), "--class", "socket", "--duration", "1s"};
    const Json report = report_of(run(command(trace)));
    if (cannot_inspect(report))
        GTEST_SKIP() << "this kernel reads no single objects: kinds are not told apart";
    std::vector<std::string> words{tool_path()};
    words.insert(words.end(), trace.begin(), trace.end());
    for (const std::string& option : extra_options())
        words.push_back(option);
    // Where a line ends says nothing.
    const std::string screen = std::regex_replace(run(words).out, std::regex("\\s+"), " ");
    EXPECT_NE(screen.find("not accepting"), std::string::npos) << screen;
    EXPECT_NE(screen.find("10 connections wait"), std::string::npos) << screen;
}

TEST(Pid, SeesConnectionsOfAnOlderListener) {
    Process leaker({program_path("accept_leaker"), "150", "--wait-start", "--before", "10",
                    "--hold", "forever"});
    ASSERT_TRUE(leaker.wait_for("waiting"));
    Process tool(command(
        {"trace", "-p", std::to_string(leaker.pid()), "--class", "socket", "--min-age", "1s"}));
    ASSERT_TRUE(tool.wait_for("tracing", true));
    leaker.signal(SIGUSR1);
    ASSERT_TRUE(leaker.wait_for("leaked"));
    const Json report = report_of(end_trace(tool));
    EXPECT_EQ(count_of(report, "socket", "accept_leaker"), 150) << report["groups"];
}

TEST(Pid, IgnoresEverybodyElse) {
    Process target({program_path("tcp_leaker"), "20", "--wait-start", "--hold", "forever"});
    Process other({program_path("udp_leaker"), "500", "--wait-start", "--hold", "forever"});
    ASSERT_TRUE(target.wait_for("waiting"));
    ASSERT_TRUE(other.wait_for("waiting"));
    Process tool(command(
        {"trace", "-p", std::to_string(target.pid()), "--class", "socket", "--min-age", "500ms"}));
    ASSERT_TRUE(tool.wait_for("tracing", true));
    other.signal(SIGUSR1);
    target.signal(SIGUSR1);
    ASSERT_TRUE(other.wait_for("leaked"));
    ASSERT_TRUE(target.wait_for("leaked"));
    const Json report = report_of(end_trace(tool));
    EXPECT_EQ(count_of(report, "socket", "tcp_leaker"), 20);
    EXPECT_EQ(report["groups"].size(), 1u) << report["groups"];
}

} // namespace
} // namespace unfreed::e2e
