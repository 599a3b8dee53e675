// SPDX-License-Identifier: BSD-2-Clause
// What goes wrong on a busy host: the tool stands still, records are dropped, the table is full,
// the clock jumps. Nothing that was freed is reported, every loss is counted, and a loss that may
// change an answer is exit status 4.
#include "tool.h"

#include <gtest/gtest.h>
#include <sys/time.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <thread>

namespace unfreed::e2e {
namespace {

using std::chrono::seconds;

// Every loss that is grave makes the report incomplete, and nothing else does.
void expect_status_tells(const Finished& finished, const Json& report) {
    bool grave = false;
    for (const Json& loss : report["losses"])
        grave |=
            loss["count"] != 0 && (loss["severity"] == "data_loss" || loss["severity"] == "error");
    EXPECT_EQ(report["complete"], !grave);
    EXPECT_EQ(finished.status, grave ? 4 : 0) << finished.err;
}

// The tool stands still for ten seconds, while programs leak and churn: longer than the ring holds.
TEST(Loss, AStoppedConsumerLosesNoObject) {
    Process tool(command(
        {"trace", "--class", "socket", "--min-age", "2s", "--ring-size", "4", "--top", "500"}));
    ASSERT_TRUE(tool.wait_for("tracing", true));
    Process before({program_path("udp_leaker"), "1000", "--hold", "forever"});
    ASSERT_TRUE(before.wait_for("leaked"));
    std::this_thread::sleep_for(seconds(3)); // promoted by then: their deaths are records
    tool.signal(SIGSTOP);
    Process churner({program_path("socket_churner"), "--seconds", "9"});
    Process connections({program_path("connect_churner"), "--seconds", "9"});
    Process leaker({program_path("tcp_leaker"), "1234", "--hold", "forever"});
    ASSERT_TRUE(leaker.wait_for("leaked"));
    before.signal(SIGTERM);
    before.finish();
    ASSERT_TRUE(churner.wait_for("done"));
    ASSERT_TRUE(connections.wait_for("done"));
    std::this_thread::sleep_for(seconds(1));
    tool.signal(SIGCONT);
    const Finished finished = end_trace(tool);
    const Json report = report_of(finished);
    EXPECT_EQ(count_of(report, "socket", "tcp_leaker"), 1234) << finished.out.substr(0, 4000);
    for (const char* comm : {"udp_leaker", "socket_churner", "connect_churner"})
        EXPECT_EQ(count_of(report, "socket", comm), 0) << comm;
    // Neither the new origins nor a thousand deaths fit into one page.
    EXPECT_GT(loss(report, "origin_records_dropped") + loss(report, "free_records_dropped"), 0u);
    expect_status_tells(finished, report);
}

// A ring for three origins. Counts come from the table and stay exact; origins are sent again.
TEST(Loss, ATinyRingCostsDetailOnly) {
    Process tool(command(
        {"trace", "--class", "socket", "--min-age", "2s", "--ring-size", "4", "--top", "500"}));
    ASSERT_TRUE(tool.wait_for("tracing", true));
    std::vector<std::unique_ptr<Process>> leakers;
    for (const char* name : {"tcp_leaker", "udp_leaker", "unix_leaker", "thread_leaker"}) {
        leakers.push_back(std::make_unique<Process>(std::vector<std::string>{
            program_path(name), "300", "--before", "200", "--wait-start", "--hold", "forever"}));
        ASSERT_TRUE(leakers.back()->wait_for("waiting"));
    }
    // Nobody reads now: the first origins fill the ring.
    tool.signal(SIGSTOP);
    for (const auto& leaker : leakers)
        leaker->signal(SIGUSR1);
    for (const auto& leaker : leakers)
        ASSERT_TRUE(leaker->wait_for("leaked"));
    Process churner({program_path("socket_churner"), "--seconds", "2"});
    ASSERT_TRUE(churner.wait_for("done"));
    tool.signal(SIGCONT);
    const Finished finished = end_trace(tool);
    const Json report = report_of(finished);
    for (const char* comm : {"tcp_leaker", "udp_leaker", "unix_leaker", "thread_leaker"})
        EXPECT_EQ(count_of(report, "socket", comm), 500) << comm << report["groups"].dump(1);
    EXPECT_EQ(count_of(report, "socket", "socket_churner"), 0);
    EXPECT_GT(loss(report, "origin_records_dropped"), 0u);
    // What has no origin is counted as such, group by group.
    std::uint64_t unknown = 0;
    for (const Json& group : report["groups"])
        if (group["stack_quality"] == "unknown")
            unknown += group["count"].get<std::uint64_t>();
    EXPECT_EQ(loss(report, "objects_without_origin"), unknown) << report["groups"].dump(1);
    expect_status_tells(finished, report);
}

// Records of processes do not fit: an exit may be missed, so the report is incomplete.
TEST(Loss, ADroppedProcessRecordIsIncomplete) {
    Process tool(command({"run", "--class", "socket", "--ring-size", "4"},
                         {"--", "sh", "-c",
                          program_path("tcp_leaker") + " 50 --wait-start; " +
                              program_path("fork_churner") + " 300"}));
    ASSERT_TRUE(tool.wait_for("waiting pid=", true));
    // The leaker waits for its signal.
    const std::string& line = tool.errors();
    const pid_t leaker = std::atoi(line.c_str() + line.find("waiting pid=") + 12);
    tool.signal(SIGSTOP);
    ::kill(leaker, SIGUSR1);
    std::this_thread::sleep_for(seconds(3));
    tool.signal(SIGCONT);
    const Finished finished = tool.finish();
    const Json report = report_of(finished);
    EXPECT_GT(loss(report, "process_records_dropped"), 0u);
    EXPECT_EQ(finished.status, 4) << finished.err;
    EXPECT_EQ(report["complete"], false);
    // Nothing is invented: what the leaker left is counted, or counted as lost.
    EXPECT_EQ(count_of(report, "socket", "fork_churner"), 0u) << report["groups"].dump(1);
    EXPECT_EQ(count_of(report, "socket", "tcp_leaker") + loss(report, "objects_not_grouped"), 50u)
        << report["groups"].dump(1);
}

// A full table in exact mode: what is there is true, what is not is counted.
TEST(Loss, AFullTableAccusesNobody) {
    Process tool(command({"trace", "--class", "socket", "--sample", "1", "--max-objects", "1024",
                          "--min-age", "2s", "--top", "500"}));
    ASSERT_TRUE(tool.wait_for("tracing", true));
    Process leaker({program_path("tcp_leaker"), "5000", "--balanced", "0", "--hold", "forever"});
    ASSERT_TRUE(leaker.wait_for("leaked"));
    Process churner({program_path("socket_churner"), "--seconds", "5"});
    ASSERT_TRUE(churner.wait_for("done"));
    const Finished finished = end_trace(tool);
    const Json report = report_of(finished);
    EXPECT_EQ(count_of(report, "socket", "socket_churner"), 0);
    const std::uint64_t found = count_of(report, "socket", "tcp_leaker");
    EXPECT_GT(found, 1000u);
    EXPECT_LT(found, 5000u);
    EXPECT_GE(found + loss(report, "objects_not_tracked"), 5000u); // churned ones are lost, too
    EXPECT_EQ(finished.status, 4);
    EXPECT_EQ(report["complete"], false);
}

// Sets the clock of the host, so only where that harms nobody: UNFREED_MAY_SET_CLOCK says so.
class Clock : public testing::Test {
  protected:
    static constexpr std::time_t kHour = 3600;

    static void jump(std::time_t by) {
        timespec now{};
        ::clock_gettime(CLOCK_REALTIME, &now);
        now.tv_sec += by;
        ASSERT_EQ(::clock_settime(CLOCK_REALTIME, &now), 0) << std::strerror(errno);
    }
};

TEST_F(Clock, AJumpChangesNeitherAgesNorCounts) {
    if (std::getenv("UNFREED_MAY_SET_CLOCK") == nullptr)
        GTEST_SKIP() << "sets the clock: only with UNFREED_MAY_SET_CLOCK, as in the VM tier";
    Process tool(command({"trace", "--class", "socket", "--min-age", "3s", "--top", "500"}));
    ASSERT_TRUE(tool.wait_for("tracing", true));
    Process leaker({program_path("tcp_leaker"), "321", "--hold", "forever"});
    ASSERT_TRUE(leaker.wait_for("leaked"));
    Process churner({program_path("socket_churner"), "--seconds", "6"});
    jump(24 * kHour);
    std::this_thread::sleep_for(seconds(2));
    jump(-48 * kHour);
    std::this_thread::sleep_for(seconds(2));
    jump(24 * kHour);
    ASSERT_TRUE(churner.wait_for("done"));
    const Finished finished = end_trace(tool);
    const Json report = report_of(finished);
    EXPECT_EQ(count_of(report, "socket", "tcp_leaker"), 321) << finished.out.substr(0, 4000);
    EXPECT_EQ(count_of(report, "socket", "socket_churner"), 0);
    const auto groups = groups_of(report, "socket", "tcp_leaker");
    ASSERT_FALSE(groups.empty());
    EXPECT_LT(groups[0]["age_ns"]["max"].get<double>(), 60e9);
    EXPECT_GT(groups[0]["age_ns"]["min"].get<double>(), 3e9);
    EXPECT_LT(report["trace"]["duration_ns"].get<double>(), 60e9);
    expect_status_tells(finished, report);
}

} // namespace
} // namespace unfreed::e2e
