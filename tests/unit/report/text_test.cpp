// SPDX-License-Identifier: BSD-2-Clause
#include "base/utf8.h"
#include "report/text.h"
#include "sample_report.h"
#include "support/golden.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace unfreed::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string text_of(const Report& report, std::size_t width = 80) {
    return to_text(report, {.width = width, .color = false, .all = true});
}

TEST(Text, LooksAsCheckedIn) {
    expect_golden("report_80.txt", text_of(sample_report(), 80));
    expect_golden("report_120.txt", text_of(sample_report(), 120));
    expect_golden("report_clean_80.txt", text_of(clean_report(), 80));
}

TEST(Text, SaysHowOftenACommandRan) {
    Report report = sample_report();
    report.trace.repeats = {.asked = 17, .warmup = 3, .starts_ns = {}, .ended = 20, .failed = 0};
    report.trace.command_status = 0;
    report.groups[0].repeats = Growths(17, 2);
    const std::string all = text_of(report, 200);
    EXPECT_THAT(all, HasSubstr(" 20 times (3 to warm up) for 1m 01s"));
    EXPECT_THAT(all, HasSubstr("; each exited with status 0"));
    EXPECT_THAT(all, HasSubstr(", grew by 2 in 17 of 17 repeats"));

    report.trace.repeats.ended = 5;
    report.trace.repeats.failed = 2;
    report.trace.command_status = 1 << 8;
    const std::string cut_short = text_of(report, 200);
    EXPECT_THAT(cut_short, HasSubstr(" 5 times of 20 (3 to warm up) for 1m 01s"));
    EXPECT_THAT(cut_short, HasSubstr("; 2 failed, the first exited with status 1"));
}

TEST(Text, FitsTheWidth) {
    for (std::size_t width : {60u, 80u, 100u, 120u, 200u}) {
        std::istringstream lines(text_of(sample_report(), width));
        for (std::string line; std::getline(lines, line);) {
            EXPECT_LE(display_width(line), width) << line;
            EXPECT_FALSE(line.ends_with(' ')) << '"' << line << '"';
        }
    }
}

TEST(Text, SaysWhoWhatHowManyHowFastHowOldAndWhere) {
    const std::string text = text_of(sample_report(), 120);
    EXPECT_THAT(text, HasSubstr("[1] 1 000 TCP sockets never closed   tcp_leaker[4242]   "
                                "+16.7/s   age 3 s .. 1m 01s   1.6 MiB"));
    EXPECT_THAT(text, HasSubstr("inet_create+0xd1\n"));
    EXPECT_THAT(text, HasSubstr("ovl_lookup+0x100 [overlay]\n"));
    EXPECT_THAT(
        text, HasSubstr("993 of 1 000 were freed only because the process exited; 7 outlived it"));
    EXPECT_THAT(text, HasSubstr("it exited with status 1"));
}

TEST(Text, TellsOfTheLastMomentsOnceAProcess) {
    Report report = clean_report();
    LastMoments sockets;
    sockets.pid = 42;
    sockets.comm = "python3";
    sockets.object_class = ObjectClass::socket;
    sockets.cache = "UDP";
    sockets.count = 500;
    sockets.oldest_ns = 4'100'000'000;
    sockets.began_before_end_ns = 40'000'000;
    sockets.peak = 700;
    sockets.peak_after_ns = 2'000'000'000;
    Frame maker, unknown, main;
    maker.function = "open_one";
    main.function = "main";
    sockets.user_stack = {maker, unknown, main};
    LastMoments files = sockets;
    files.object_class = ObjectClass::slab;
    LastMoments few = files;
    few.pid = 43;
    few.count = 49;
    report.last_moments = {sockets, files, few};
    report.freed_after_exit_unknown = 300;
    EXPECT_THAT(to_text(report), Not(HasSubstr("lived until"))) << "of a whole host";
    report.trace.mode = "run";
    const std::string text = text_of(report, 400);
    EXPECT_THAT(text, HasSubstr("500 sockets of python3[42] lived until the last 40 ms of the "
                                "process, the oldest for 4.1 s, and were then closed in a row"));
    EXPECT_THAT(text, HasSubstr("The most at once were 700, 2 s after the start. Made by open_one "
                                "< main.\n"));
    EXPECT_EQ(text.find("lived until"), text.rfind("lived until"));
    EXPECT_THAT(text, HasSubstr("300 objects were freed by RCU or a worker after the exit"));
}

TEST(Text, CutsLongStacksOnly) {
    Report report = sample_report();
    EXPECT_THAT(text_of(report), HasSubstr("      ... 8 more\n"));
    report.groups[1].kernel_stack.resize(24);
    EXPECT_THAT(text_of(report), Not(HasSubstr("... 8 more")));
}

TEST(Text, PipedHasNoEscapeSequences) {
    EXPECT_EQ(text_of(sample_report()).find('\x1b'), std::string::npos);
    EXPECT_EQ(to_text(sample_report()).find('\x1b'), std::string::npos);
    EXPECT_EQ(to_text(sample_report(), {.all = true}).find('\x1b'), std::string::npos);
}

TEST(Text, ColorChangesNothingButColor) {
    std::string colored = to_text(sample_report(), {.width = 80, .color = true, .all = true});
    EXPECT_THAT(colored, HasSubstr("\x1b[1;31mINCOMPLETE"));
    for (const char* sequence : {"\x1b[0m", "\x1b[1m", "\x1b[1;31m", "\x1b[33m"})
        for (std::size_t at; (at = colored.find(sequence)) != colored.npos;)
            colored.erase(at, std::string_view(sequence).size());
    EXPECT_EQ(colored, text_of(sample_report()));
}

TEST(Text, SaysPlainlyThatNothingIsOutstanding) {
    const std::string text = text_of(clean_report());
    EXPECT_THAT(text, HasSubstr("Nothing leaks, as far as 1m 01s can tell.\n"));
    EXPECT_THAT(text, HasSubstr("12 345 births and 12 345 deaths were watched; 0 objects are "
                                "outstanding.\n"));
    EXPECT_THAT(text, HasSubstr("\nComplete: nothing was lost.\n"));
}

// Nothing found by a trace that saw nothing is no good news.
TEST(Text, DoesNotCallSilenceClean) {
    Report report = clean_report();
    report.totals = {};
    EXPECT_THAT(text_of(report), HasSubstr("No birth at all was seen"));
    EXPECT_THAT(text_of(clean_report()), Not(HasSubstr("No birth at all was seen")));
}

TEST(Text, YoungObjectsAreNotForgotten) {
    Report report = clean_report();
    report.young_objects = 5;
    EXPECT_THAT(text_of(report), HasSubstr("5    younger than 2 s, too early to say\n"));
}

TEST(Text, ShowsEveryLossThatIsNotZero) {
    const std::string text = text_of(sample_report());
    EXPECT_THAT(text, HasSubstr("data lost    12 345 objects could not be followed"));
    EXPECT_THAT(text, HasSubstr("to know      1 203 frees of objects"));
    EXPECT_THAT(text, Not(HasSubstr("records could not be decoded")));
    EXPECT_THAT(text, HasSubstr("\nINCOMPLETE:"));
    EXPECT_THAT(text, Not(HasSubstr("Complete:")));
}

TEST(Text, NamesWhatTheHostCannotShow) {
    const std::string text = text_of(sample_report(), 120);
    EXPECT_THAT(text, HasSubstr("not seen: dentry death (the compiler inlined it)"));
    EXPECT_THAT(text, HasSubstr("Bulk frees are invisible"));
    EXPECT_THAT(text_of(clean_report()), Not(HasSubstr("cannot show")));
}

TEST(Text, AnEstimateHasItsInterval) {
    Report report = sample_report();
    report.groups[0].count = 6400;
    report.groups[0].estimated = true;
    report.groups[0].interval = Interval{5934, 6871};
    const std::string text = text_of(report, 120);
    EXPECT_THAT(text, HasSubstr("[1] ≈ 6 400 (5 934–6 871) TCP sockets never closed"));
    EXPECT_THAT(text, HasSubstr("1  leaking      ≈ 6 400  "));
    EXPECT_THAT(text, HasSubstr("one object in 4 is followed, and so many since the object table "
                                "was too full after 12 s"));
    report.trace.sample.thinned_after_ns.reset();
    EXPECT_THAT(text_of(report, 120), HasSubstr("one object in 4 is followed, as asked"));
    EXPECT_THAT(text_of(clean_report()), Not(HasSubstr("≈")));
}

TEST(Text, ARatioIsNoVerdictOnWhatTheKernelDoesNotKnow) {
    Report report = clean_report();
    Coverage row;
    row.cache = "filp";
    row.traced_delta = 10;
    row.kernel_delta = 0;
    row.ratio = 0.0;
    row.uncertainty = 64;
    report.coverage = {row};
    EXPECT_THAT(text_of(report), HasSubstr("within ±64"));
    report.coverage[0].traced_delta = 65; // more than the per-CPU lists can hide
    EXPECT_THAT(text_of(report), Not(HasSubstr("within")));
    EXPECT_THAT(text_of(report), HasSubstr("65 apart"));
    report.coverage[0].kernel_delta = 13;
    report.coverage[0].traced_delta = 130;
    report.coverage[0].ratio = 0.1;
    EXPECT_THAT(text_of(report), HasSubstr("10.00 %"));
    // It counts sockets in descriptors: a percentage would read as a failure.
    report.coverage[0].cache = "/proc/net/sockstat";
    report.coverage[0].uncertainty = 0;
    EXPECT_THAT(text_of(report), HasSubstr("117 apart"));
    EXPECT_THAT(text_of(report), Not(HasSubstr("10.00 %")));
}

Loss loss_of(const char* counter, std::uint64_t count, Severity severity) {
    return {counter, count, severity, "objects"};
}

TEST(Text, CompleteDoesNotStandBelowWhatWasDropped) {
    Report report = clean_report();
    report.losses = {loss_of("unknown_deaths", 7, Severity::info)};
    EXPECT_THAT(text_of(report), HasSubstr("\nComplete: nothing was lost.\n"));
    report.losses.push_back(loss_of("stage_records_dropped", 3, Severity::notice));
    EXPECT_THAT(text_of(report), HasSubstr("\nThe counts are complete; some details are missing"));
    report.losses.push_back(loss_of("objects_without_origin", 2567, Severity::notice));
    EXPECT_THAT(text_of(report),
                HasSubstr("\nThe counts are complete; of 2 567 objects no call stack is known"));
    EXPECT_THAT(text_of(report), Not(HasSubstr("nothing was lost")));
}

TEST(Text, SaysAWordOnceAndHoldsOnlyWhatIsThere) {
    Report report = sample_report();
    Group& group = report.groups[0];
    report.groups.resize(1);
    group.verdict = Verdict::in_flight;
    group.kind = "in-flight";
    group.held = 0;
    group.holders.clear();
    EXPECT_THAT(text_of(report), Not(HasSubstr("in-flight, in-flight")));
    EXPECT_THAT(text_of(report), HasSubstr("Held by:"));
    group.age_ns.reset(); // all of them were freed by the exit
    EXPECT_THAT(text_of(report), Not(HasSubstr("Held by:")));
}

TEST(Text, SaysWhoGaveUpWhatIsPending) {
    Report report = sample_report();
    report.groups = {report.groups.back()};
    EXPECT_THAT(text_of(report),
                HasSubstr("    Given up by: r\\x1b[2J[4712], kernel stack, innermost first:\n"
                          "      kvfree_call_rcu+0x5\n"
                          "      fib_release_info+0xa1\n"));
    EXPECT_THAT(text_of(report), HasSubstr("fib_table_delete+0x200 [fib]\n      ... 1 more\n"));
    report.groups[0].given_up_by = GivenUp{0, "", "softirq", {}};
    EXPECT_THAT(text_of(report),
                HasSubstr("    Given up by: softirq; its stack could not be read\n"));
    report.groups[0].given_up_by.reset();
    EXPECT_THAT(text_of(report), Not(HasSubstr("Given up")));
}

TEST(Text, UnknownNumbersAreNoZeros) {
    Report report = sample_report();
    report.groups = {report.groups[2]};
    const std::string text = text_of(report);
    EXPECT_THAT(text, HasSubstr("1  live       ≈ 1         -  kmalloc-\\x80  (softirq)  ?\n"));
}

} // namespace
} // namespace unfreed::testing
