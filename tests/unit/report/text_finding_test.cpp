// SPDX-License-Identifier: BSD-2-Clause
#include "base/utf8.h"
#include "report/text.h"
#include "sample_report.h"
#include "support/golden.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace unfreed::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// The first page, up to the details.
std::string screen_of(const Report& report, std::size_t width = 80) {
    const std::string text = to_text(report, {.width = width});
    return text.substr(0, text.find("\n[1] "));
}

Group row_of(const std::string& cache, Attention attention) {
    Group group;
    group.id = cache;
    group.cache = cache;
    group.attention = attention;
    group.verdict = attention == Attention::leaking   ? Verdict::leaking
                    : attention == Attention::suspect ? Verdict::suspect
                                                      : Verdict::live;
    group.count = 300;
    group.bytes = 300 * 64;
    group.processes = {{12, "server", "/bin/server", "/", "", true, 300}};
    return group;
}

Report busy_report() {
    Report report = sample_report();
    report.alive_sums = {
        {"reclaimable",
         34,
         639'262,
         98ULL << 20,
         {{"buffer_head", "", 500'000}, {"ext4_inode_cache", "", 90'000}}},
        {"in-use", 12, 420, 90'000, {{"vm_area_struct", "nginx", 300}}},
        {"too-few", 9, 21, std::nullopt, {{"kmalloc-64", "cron", 5}}},
    };
    return report;
}

TEST(Finding, TheFirstScreenLooksAsCheckedIn) {
    expect_golden("screen_80.txt", screen_of(busy_report()));
    expect_golden("screen_120.txt", screen_of(busy_report(), 120));
}

TEST(Finding, FitsTheWidth) {
    for (std::size_t width : {60u, 80u, 120u}) {
        std::istringstream lines(to_text(busy_report(), {.width = width}));
        for (std::string line; std::getline(lines, line);)
            EXPECT_LE(display_width(line), width) << line;
    }
}

TEST(Finding, LeakingComesBeforeSuspectBeforeWhatNeedsALook) {
    Report report = clean_report();
    report.groups = {row_of("fine", Attention::none), row_of("odd", Attention::look),
                     row_of("maybe", Attention::suspect), row_of("sure", Attention::leaking)};
    const std::string text = screen_of(report);
    EXPECT_THAT(text, HasSubstr("Leaking: 300 sure objects by server[12]; 2 more are below.\n"));
    EXPECT_LT(text.find("sure  "), text.find("maybe  "));
    EXPECT_LT(text.find("maybe  "), text.find("odd  "));
    EXPECT_THAT(text, Not(HasSubstr("fine")));
    report.groups.pop_back();
    EXPECT_THAT(screen_of(report), HasSubstr("Suspect, after 1m 01s: 300 maybe objects"));
    report.groups.pop_back();
    EXPECT_THAT(screen_of(report, 200),
                HasSubstr("Nothing leaks, as far as 1m 01s can tell, but 1 row "
                          "deserves a look: 300 odd objects"));
}

TEST(Finding, ARunThatGaveAllBackSaysSo) {
    Report report = clean_report();
    report.trace.mode = "run";
    EXPECT_THAT(screen_of(report), HasSubstr("Nothing is outstanding that a program has to give"));
    report.groups = {row_of("kept", Attention::look)};
    report.groups[0].released_at_exit = 300;
    EXPECT_THAT(screen_of(report), HasSubstr("Not given back: 300 kept objects by server[12].\n"));
}

TEST(Finding, WhatIsOlderAndTellingHasItsState) {
    const std::string text = screen_of(busy_report(), 400);
    EXPECT_THAT(text, HasSubstr("Older than the trace: 1 200 TCP sockets of nginx[77] +1 in ESTAB, "
                                "open, full queues; remote 10.0.0.9:51000 (1 100), "
                                "10.0.0.8:51000 (60), 10.0.0.7:51000 (30) and 4 others; 3072 MiB "
                                "in send queues that the peer has not taken.\n"));
}

TEST(Finding, NothingNewLeaksIsNotAllWhereAnOlderPileTells) {
    Report report = clean_report();
    SocketGroup pile;
    pile.kind = "never-closed-peer-gone";
    pile.family = "TCP";
    pile.state = "CLOSE-WAIT";
    pile.count = 50;
    pile.processes = {{7, "node", "", "", "", true, 50}};
    SocketGroup full = pile; // may be empty the next moment
    full.kind = "buffer-hog";
    full.count = 90;
    report.pre_attach_sockets.emplace();
    report.pre_attach_sockets->groups = {full};
    EXPECT_THAT(screen_of(report), HasSubstr("Nothing leaks, as far as 1m 01s can tell.\n"));
    report.pre_attach_sockets->groups = {full, pile};
    EXPECT_THAT(screen_of(report, 200),
                HasSubstr("Nothing new leaks, as far as 1m 01s can tell, but look at what is "
                          "older: 50 TCP sockets of node[7] in CLOSE-WAIT, never closed, peer "
                          "gone.\n"));
    std::swap(report.pre_attach_sockets, report.hidden_sockets);
    EXPECT_THAT(screen_of(report, 200), HasSubstr("but look at what ss does not show: 50 TCP"));
}

TEST(Finding, NothingNewLeaksIsNotAllWherePagesWent) {
    Report report = clean_report();
    report.memory = {{24LL << 30, {{"free", 8LL << 30}}, 30LL << 20},
                     {24LL << 30, {{"free", (8LL << 30) - (76LL << 20)}}, 106LL << 20}};
    EXPECT_THAT(screen_of(report, 200),
                HasSubstr("Nothing new leaks, as far as 1m 01s can tell, but kernel code took "
                          "76 MiB of pages that no slab shows.\n"));
}

TEST(Finding, GrowthBeyondTheTraceIsSaidOnce) {
    Report report = clean_report();
    Coverage row;
    row.cache = "kmalloc-64";
    row.object_class = "slab";
    row.traced_delta = 10;
    row.kernel_delta = 5000;
    row.uncertainty = 200;
    report.coverage = {row};
    EXPECT_THAT(screen_of(report),
                HasSubstr("The kernel counts more growth than was traced: kmalloc-64 +5 000 "
                          "(traced +10)."));
    report.coverage[0].uncertainty = 5000; // the lists of its CPUs may hold as many
    EXPECT_THAT(screen_of(report), Not(HasSubstr("more growth")));
}

TEST(Finding, OnlyWhatNeedsALookHasDetailsUnlessAllIsAsked) {
    Report report = clean_report();
    report.groups = {row_of("fine", Attention::none)};
    EXPECT_THAT(to_text(report), Not(HasSubstr("[1] ")));
    EXPECT_THAT(to_text(report, {.all = true}), HasSubstr("[1] 300 fine objects"));
}

TEST(Finding, AConnectionOfASoftirqIsOfWhoHasIt) {
    Report report = clean_report();
    report.groups = {row_of("TCP", Attention::leaking)};
    report.groups[0].processes.clear();
    report.groups[0].context = "softirq";
    report.groups[0].holders = {{77, "nginx", 300, {"fd"}, {12}}};
    EXPECT_THAT(screen_of(report), HasSubstr("nginx[77]"));
    EXPECT_THAT(screen_of(report), Not(HasSubstr("(softirq)")));
}

} // namespace
} // namespace unfreed::testing
