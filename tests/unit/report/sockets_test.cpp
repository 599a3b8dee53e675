// SPDX-License-Identifier: BSD-2-Clause
#include "report/json.h"
#include "report/text.h"
#include "report/text_sockets.h"
#include "sample_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace unfreed::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Sockets, OlderOnesAreNamedWithTheirHoldersAndTheLargest) {
    const std::string text = to_text(sample_report(), {.width = 140, .color = false, .all = true});
    EXPECT_THAT(text, HasSubstr("Older than this trace (pre-attach): 1 234 sockets, 3.0 GiB."));
    EXPECT_THAT(text, HasSubstr("inet tcp ESTAB"));
    EXPECT_THAT(text, HasSubstr("nginx[77] +1"));
    EXPECT_THAT(text, HasSubstr("10.0.0.1:80 > 10.0.0.9:51000, inode 4711, fd 12"));
    EXPECT_THAT(text, HasSubstr("... 2 more kinds not shown"));
    EXPECT_THAT(text, HasSubstr("Alive, but not shown by ss: 1 socket, 0 B"));
}

TEST(Sockets, KindsHaveTheirReasonAndOnceTheAdvice) {
    Report report = sample_report();
    report.pre_attach_sockets->groups.push_back(report.pre_attach_sockets->groups[0]);
    SocketGroup& usual = report.pre_attach_sockets->groups.emplace_back();
    usual.kind = "never-closed";
    usual.evidence = "77 alive";
    const std::string text = to_text(report, {.width = 200, .color = false, .all = true});
    EXPECT_THAT(text, HasSubstr("inet tcp ESTAB, open, full queues"));
    const std::string advice = ". Read what has come, or look why the peer does not read.";
    const std::string reason = "    open, full queues, nginx[77] +1: 1200 alive; 3072 MiB in send "
                               "queues that the peer has not taken";
    EXPECT_THAT(text, HasSubstr(reason + advice));
    EXPECT_THAT(text, HasSubstr(reason + "\n"));
    EXPECT_THAT(text, HasSubstr("    closed, still alive: 1 alive; the other end"));
    EXPECT_THAT(text, Not(HasSubstr("77 alive")));
    const auto json = nlohmann::json::parse(to_json(report));
    const auto& group = json["pre_attach_sockets"]["groups"][0];
    EXPECT_EQ(group["kind"], "buffer-hog");
    EXPECT_TRUE(group["missing_stage"].is_null());
    EXPECT_EQ(group["sockets"][0]["holders"],
              nlohmann::json::parse(
                  R"([{"pid": 77, "comm": "nginx", "objects": 1, "ways": ["fd"], "fds": [12]}])"));
    EXPECT_EQ(json["pre_attach_sockets"]["groups"][1]["held"], nullptr);
}

TEST(Sockets, APileComesBeforeOneFullQueue) {
    Report report = sample_report();
    report.hidden_sockets.reset();
    std::vector<SocketGroup>& groups = report.pre_attach_sockets->groups;
    groups.resize(1, groups[0]);
    groups[0].count = 1;
    groups.push_back(groups[0]);
    groups.push_back(groups[0]);
    SocketGroup& pile = groups.emplace_back();
    pile.name = "TCP";
    pile.state = "CLOSE-WAIT";
    pile.kind = "never-closed-peer-gone";
    pile.count = 50;
    const std::string text = to_text(report, {.width = 200, .color = false});
    EXPECT_THAT(text, HasSubstr("Older than the trace: 50 TCP sockets in CLOSE-WAIT"));
    EXPECT_THAT(text, HasSubstr("Older than the trace: 1 more kind (--all)"));
    // What cannot be seen is nobody's fault.
    groups.back().kind = "no-descriptor";
    EXPECT_THAT(to_text(report, {.width = 200, .color = false}), HasSubstr("50 TCP sockets"));
    groups.back().unseen_processes = 1;
    EXPECT_THAT(to_text(report, {.width = 200, .color = false}), Not(HasSubstr("50 TCP sockets")));
}

TEST(Sockets, TheKernelsOwnOfNetlinkAreOneLine) {
    Report report = sample_report();
    report.pre_attach_sockets = SocketSection();
    report.pre_attach_sockets->count = 3;
    for (const char* protocol : {"ROUTE", "GENERIC", "AUDIT"}) {
        SocketGroup& group = report.pre_attach_sockets->groups.emplace_back();
        group.family = "netlink";
        group.type = protocol;
        group.state = "UNCONN";
        group.kind = "kernel-socket";
        group.standing = "the kernel's own";
        group.count = 2;
        group.memory_bytes = 512;
    }
    report.hidden_sockets.reset();
    const std::string text = to_text(report, {.width = 120, .color = false, .all = true});
    EXPECT_THAT(text, HasSubstr("    6  1.5 KiB  netlink of 3 protocols UNCONN, the kernel's own"));
    EXPECT_THAT(text, Not(HasSubstr("GENERIC")));
    report.pre_attach_sockets->groups.resize(1);
    EXPECT_THAT(to_text(report, {.width = 120, .color = false, .all = true}),
                HasSubstr("netlink ROUTE UNCONN"));
}

TEST(Sockets, NothingIsSaidWhereThereIsNone) {
    Report report = sample_report();
    report.pre_attach_sockets = SocketSection();
    report.hidden_sockets.reset();
    const std::string text = to_text(report, {.all = true});
    EXPECT_THAT(text, Not(HasSubstr("pre-attach")));
    EXPECT_THAT(text, Not(HasSubstr("shown by ss")));
}

TEST(Sockets, JsonTellsUnknownFromNone) {
    Report report = sample_report();
    report.pre_attach_sockets = SocketSection();
    report.hidden_sockets.reset();
    report.tcp->aborted_on_memory.reset();
    const auto json = nlohmann::json::parse(to_json(report));
    EXPECT_EQ(json["pre_attach_sockets"]["count"], 0);
    EXPECT_TRUE(json["hidden_sockets"].is_null());
    EXPECT_TRUE(json["tcp"]["aborted_on_memory"].is_null());
    EXPECT_EQ(json["tcp"]["orphans"]["end"], 4711);
}

TEST(Tcp, IsWorthALineOnlyIfSomethingMoved) {
    TcpReport quiet;
    EXPECT_EQ(tcp_phrase(quiet), "");
    quiet.aborted_on_memory = 0;
    quiet.memory_pressures = 0;
    quiet.orphans = {3, 50};
    quiet.memory_bytes = {1 << 20, 2 << 20};
    quiet.memory_limits_bytes = {{1 << 29, 1 << 30, 3u << 29}};
    EXPECT_EQ(tcp_phrase(quiet), "");
    TcpReport orphans = quiet;
    orphans.orphans.end = 103;
    EXPECT_EQ(tcp_phrase(orphans), "TCP: orphans 3 to 103");
    TcpReport memory = quiet;
    memory.memory_bytes.end = 65 << 20;
    EXPECT_EQ(tcp_phrase(memory),
              "TCP: memory 1.0 MiB to 65 MiB (tcp_mem: pressure at 1.0 GiB, at most 1.5 GiB)");
    TcpReport aborted = quiet;
    aborted.aborted_on_memory = 1;
    EXPECT_THAT(tcp_phrase(aborted),
                HasSubstr("1 connection was aborted for want of memory (TCPAbortOnMemory)"));
}

} // namespace
} // namespace unfreed::testing
