// SPDX-License-Identifier: BSD-2-Clause
#include "kernel_counts/tcp_counters.h"

#include <gtest/gtest.h>

namespace unfreed {
namespace {

constexpr std::string_view kNetstat = "TcpExt: SyncookiesSent TCPAbortOnMemory TCPMemoryPressures\n"
                                      "TcpExt: 1 23 456\n"
                                      "IpExt: InNoRoutes TCPAbortOnMemory\n"
                                      "IpExt: 7 8\n";

TEST(TcpCounters, AreFoundByNameWithinTheirProtocol) {
    EXPECT_EQ(netstat_counter(kNetstat, "TcpExt:", "TCPAbortOnMemory").value(), 23u);
    EXPECT_EQ(netstat_counter(kNetstat, "TcpExt:", "TCPMemoryPressures").value(), 456u);
    EXPECT_EQ(netstat_counter(kNetstat, "IpExt:", "InNoRoutes").value(), 7u);
    EXPECT_EQ(netstat_counter(kNetstat, "IpExt:", "SyncookiesSent").error().code, Errc::not_found);
    EXPECT_EQ(netstat_counter("", "TcpExt:", "TCPAbortOnMemory").error().code, Errc::not_found);
}

TEST(TcpCounters, NoticeWhatIsCutOff) {
    for (const char* text : {"TcpExt: A B\n", "TcpExt: A B\nIpExt: 1 2\n",
                             "TcpExt: A B\nTcpExt: 1\n", "TcpExt: A B\nTcpExt: 1 x\n"})
        EXPECT_EQ(netstat_counter(text, "TcpExt:", "B").error().code, Errc::malformed) << text;
}

TEST(TcpCounters, LimitsAreThreeNumbers) {
    const auto limits = parse_tcp_mem("378021\t504030\t756042\n");
    ASSERT_TRUE(limits);
    EXPECT_EQ((*limits)[0], 378021u);
    EXPECT_EQ((*limits)[1], 504030u);
    EXPECT_EQ((*limits)[2], 756042u);
    EXPECT_FALSE(parse_tcp_mem("1 2\n"));
    EXPECT_FALSE(parse_tcp_mem("1 2 -3\n"));
    EXPECT_FALSE(parse_tcp_mem(""));
}

// Where TCP is built in, it has these numbers in every kernel that is supported.
TEST(TcpCounters, OfThisHostAreRead) {
    const TcpCounters counters = TcpCounters::read();
    if (!counters.memory_limits_pages)
        GTEST_SKIP() << "this host shows no tcp_mem";
    EXPECT_TRUE(counters.abort_on_memory);
    EXPECT_TRUE(counters.memory_pressures);
    EXPECT_TRUE(counters.orphans);
    EXPECT_TRUE(counters.memory_pages);
    EXPECT_TRUE(counters.max_orphans);
    EXPECT_LT((*counters.memory_limits_pages)[0], (*counters.memory_limits_pages)[2]);
}

} // namespace
} // namespace unfreed
