// SPDX-License-Identifier: BSD-2-Clause
// `unfreed trace` on the whole host: finds the leaker among churn, accuses nobody else.
#include "tool.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <thread>

namespace unfreed::e2e {
namespace {

TEST(Host, FindsALeakerAmongChurn) {
    Process tool(command({"trace", "--class", "socket", "--min-age", "2s"}));
    ASSERT_TRUE(tool.wait_for("tracing", true));
    Process churner({program_path("socket_churner"), "--seconds", "6"});
    Process leaker({program_path("tcp_leaker"), "123", "--hold", "forever"});
    ASSERT_TRUE(leaker.wait_for("leaked"));
    ASSERT_TRUE(churner.wait_for("done"));
    const Finished finished = end_trace(tool);
    const Json report = report_of(finished);
    EXPECT_EQ(count_of(report, "socket", "tcp_leaker"), 123) << finished.out;
    EXPECT_EQ(count_of(report, "socket", "socket_churner"), 0) << finished.out;
    const auto groups = groups_of(report, "socket", "tcp_leaker");
    ASSERT_FALSE(groups.empty());
    EXPECT_EQ(groups[0]["processes"][0]["pid"], leaker.pid());
    EXPECT_EQ(report["groups"][0]["id"], groups[0]["id"]) << "the leak is not the first row";
}

// Every churner in turn, host-wide. Nothing they made may be reported once they have ended.
// UNFREED_CHURN_SECONDS makes it long (the VM tier and docs/accuracy.md).
TEST(Host, AccusesNoChurner) {
    const char* seconds = std::getenv("UNFREED_CHURN_SECONDS");
    const int churn = seconds != nullptr ? std::atoi(seconds) : 6;
    TempDir dir;
    // The programs and libraries that the churners look up stay in the dentry cache: alive, and
    // rightly counted. One turn before the tool attaches puts them there.
    Process warm_up({program_path("mixed_churner"), "--seconds", "1", "--dir", dir.path});
    ASSERT_TRUE(warm_up.wait_for("done", false, std::chrono::seconds(60)));
    warm_up.finish();
    Process tool(command({"trace", "--class", "socket,dentry", "--min-age", "3s", "--top", "500"}));
    ASSERT_TRUE(tool.wait_for("tracing", true));
    Process churner(
        {program_path("mixed_churner"), "--seconds", std::to_string(churn), "--dir", dir.path});
    ASSERT_TRUE(churner.wait_for("done", false, std::chrono::seconds(churn + 60)));
    churner.finish();
    const Finished finished = end_trace(tool, std::chrono::seconds(10));
    const Json report = report_of(finished);
    const std::uint64_t births = report["totals"]["births"];
    RecordProperty("births", std::to_string(births));
    const std::uint64_t found =
        accused(report, {"mixed_churner", "socket_churner", "connect_churner", "file_churner",
                         "stat_churner", "fork_churner"});
    std::printf("births followed: %llu, of churners still reported: %llu\n",
                static_cast<unsigned long long>(births), static_cast<unsigned long long>(found));
    // Each churner had its turn, also where an emulated machine gets a fifth of a processor.
    EXPECT_GT(births, 200u);
    EXPECT_EQ(found, 0u);
}

} // namespace
} // namespace unfreed::e2e
