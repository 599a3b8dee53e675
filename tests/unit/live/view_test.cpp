// SPDX-License-Identifier: BSD-2-Clause
#include "fake_canvas.h"
#include "live/view.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace unfreed::testing {
namespace {

using live::Key;
using live::Moment;
using live::View;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::uint64_t kSecond = 1'000'000'000;

Frame frame(const std::string& function) {
    Frame frame;
    frame.function = function;
    frame.module = "vmlinux";
    return frame;
}

Group row(const std::string& name, Attention attention, std::uint64_t count,
          std::optional<double> bytes_per_hour) {
    Group group;
    group.id = "id of " + name;
    group.cache = name;
    group.attention = attention;
    group.verdict = attention == Attention::leaking   ? Verdict::leaking
                    : attention == Attention::suspect ? Verdict::suspect
                                                      : Verdict::live;
    group.count = count;
    group.bytes = count * 100;
    group.growth_per_s = static_cast<double>(count) / 100;
    group.facts.bytes_per_hour = bytes_per_hour;
    if (!bytes_per_hour)
        group.growth_per_s.reset();
    group.evidence = "evidence of " + name;
    group.history = {count / 4, count / 2, count};
    group.age_ns = Ages{kSecond, 2 * kSecond, count * kSecond};
    group.processes = {{12, name + "d", "/bin/" + name, "/", "", true, count}};
    group.kernel_stack = {frame("kmem_cache_alloc"), frame("make_" + name), frame("do_syscall_64")};
    return group;
}

Report three_rows() {
    Report report;
    report.trace.duration_ns = 60 * kSecond;
    report.trace.history_ns = {20 * kSecond, 40 * kSecond, 60 * kSecond};
    report.trace.min_age_ns = 10 * kSecond;
    report.totals.outstanding = 1234;
    report.groups = {row("alpha", Attention::leaking, 400, 1 << 20),
                     row("beta", Attention::suspect, 200, 5 << 20),
                     row("gamma", Attention::none, 900, std::nullopt)};
    return report;
}

Moment at(std::uint64_t seconds) {
    Moment moment;
    moment.elapsed_ns = seconds * kSecond;
    return moment;
}

struct Seen {
    std::size_t rows = 20;
    std::size_t columns = 100;
};

std::string drawn(View& view, Seen seen = {}, const Moment& moment = at(60)) {
    FakeCanvas canvas(seen.rows, seen.columns);
    view.draw(canvas, moment);
    return canvas.all();
}

View::Reply press(View& view, const std::string& characters) {
    View::Reply reply = View::Reply::none;
    for (const char c : characters)
        reply = view.press({Key::Kind::character, static_cast<char32_t>(c)});
    return reply;
}

void press(View& view, Key::Kind kind, int times = 1) {
    for (int i = 0; i < times; ++i)
        view.press({kind});
}

// The names of the rows in the order in which they are on the screen.
std::string order(View& view) {
    const std::string text = drawn(view);
    std::vector<std::pair<std::size_t, std::string>> found;
    for (const std::string name : {"alpha", "beta", "gamma"})
        if (const auto at = text.find(name + "d["); at != text.npos)
            found.emplace_back(at, name.substr(0, 1));
    std::sort(found.begin(), found.end());
    std::string names;
    for (const auto& [at, name] : found)
        names += name;
    return names;
}

View three() {
    View view;
    view.show(three_rows());
    return view;
}

TEST(LiveView, TheVerdictComesFirstThenTheGrowth) {
    View view = three();
    FakeCanvas canvas(20, 100);
    view.draw(canvas, at(60));
    EXPECT_THAT(canvas.row(2), StartsWith("VERDICT▼ GROWTH"));
    EXPECT_EQ(canvas.row(3).substr(0, 8), "leaking ");
    for (const char* part :
         {"▂▄█", "400", "+4.0/s", "1.0 MiB", "alpha", "alphad[12]", "make_alpha"})
        EXPECT_THAT(canvas.row(3), HasSubstr(part));
    EXPECT_THAT(canvas.row(5), HasSubstr(" ? ")); // a rate that is not known
    EXPECT_EQ(canvas.style(4).color, live::Color::yellow);
    EXPECT_TRUE(canvas.style(3).reverse);
    EXPECT_THAT(canvas.row(0), StartsWith("unfreed: the whole host for 1m 00s"));
    EXPECT_THAT(canvas.row(1), StartsWith("1 leaking, 1 suspect, 1 other  by importance"));
    EXPECT_THAT(canvas.row(17), HasSubstr("[1] 400 alpha objects never freed   alphad[12]"));
    EXPECT_THAT(canvas.row(18), HasSubstr("evidence of alpha"));
    EXPECT_THAT(canvas.row(19), StartsWith("q quit"));
}

TEST(LiveView, FitsEverySize) {
    Report report = three_rows();
    report.groups[0].processes[0].comm = "\x1b[2J\n\xe2\x80\xae\xe6\x97\xa5\xe6\x9c\xac\xff";
    report.groups[0].count = 123'456'789'012;
    for (std::size_t rows = 1; rows <= 30; rows += rows < 10 ? 1 : 5)
        for (std::size_t columns = 1; columns <= 170; columns += columns < 40 ? 3 : 13) {
            View view;
            drawn(view, {rows, columns});
            view.show(report);
            press(view, Key::Kind::enter);
            drawn(view, {rows, columns});
            press(view, Key::Kind::end);
            drawn(view, {rows, columns});
            press(view, "?");
            drawn(view, {rows, columns});
        }
}

TEST(LiveView, SixtyColumnsKeepWhatMatters) {
    View view = three();
    const std::string text = drawn(view, {15, 60});
    for (const char* part : {"VERDICT", "GROWTH", "RATE", "PER HOUR", "WHAT", "leaking", "+4.0/s",
                             "1.0 MiB", "alpha", "● complete", "q quit"})
        EXPECT_THAT(text, HasSubstr(part));
}

TEST(LiveView, NamesAreHarmless) {
    Report report = three_rows();
    report.groups[0].processes[0].comm = "a\x1b[2J\nb";
    report.groups[0].kernel_stack[1].function = "evil\x9b\u202e";
    View view;
    view.show(report);
    press(view, Key::Kind::enter); // the canvas holds against what is put on it
    EXPECT_THAT(drawn(view, {40, 160}), HasSubstr("a\\x1b[2J\\x0ab"));
    press(view, "/\x1b[\x07");
    drawn(view);
}

TEST(LiveView, KeysSort) {
    View view = three();
    EXPECT_EQ(order(view), "abg");
    press(view, "s");
    EXPECT_EQ(order(view), "bag"); // by bytes an hour; what is not known comes last
    EXPECT_THAT(drawn(view), HasSubstr("PER HOUR▼"));
    press(view, "s");
    EXPECT_EQ(order(view), "abg"); // by rate
    press(view, "s");
    EXPECT_EQ(order(view), "gab"); // by count
    press(view, "r");
    EXPECT_EQ(order(view), "bag");
    EXPECT_THAT(drawn(view), HasSubstr("COUNT▲"));
    press(view, "rSSS");
    EXPECT_EQ(order(view), "abg");
    press(view, "S"); // by process
    EXPECT_EQ(order(view), "abg");
    EXPECT_THAT(drawn(view), HasSubstr("PROCESS▲"));
}

TEST(LiveView, FiltersAsOneTypes) {
    View view = three();
    press(view, "/MAKE_b");
    EXPECT_EQ(order(view), "b"); // by a function of its stack
    EXPECT_THAT(drawn(view), HasSubstr("1 of 3 match"));
    EXPECT_THAT(drawn(view), HasSubstr("filter: MAKE_b"));
    press(view, Key::Kind::backspace);
    EXPECT_EQ(order(view), "abg");
    press(view, "xyz");
    EXPECT_THAT(drawn(view), HasSubstr("No row has these words."));
    press(view, Key::Kind::escape);
    EXPECT_EQ(order(view), "abg");
    press(view, "/suspect betad[12]");
    press(view, Key::Kind::enter);
    EXPECT_EQ(order(view), "b"); // all the words
    view.show(three_rows());
    EXPECT_EQ(order(view), "b"); // of the next report, too
    EXPECT_EQ(press(view, "q"), View::Reply::quit);
    press(view, Key::Kind::escape);
    EXPECT_EQ(order(view), "abg");
}

TEST(LiveView, LettersAreNoCommandsInAFilter) {
    View view = three();
    EXPECT_EQ(press(view, "/qp"), View::Reply::none);
    EXPECT_FALSE(view.paused());
    view.press({Key::Kind::character, 0xe9});
    EXPECT_THAT(drawn(view), HasSubstr("filter: qpé"));
    press(view, Key::Kind::backspace);
    EXPECT_THAT(drawn(view), HasSubstr("filter: qp\n"));
}

TEST(LiveView, ShowsFindingsOnlyIfAsked) {
    View view = three();
    press(view, "a");
    EXPECT_EQ(order(view), "ab");
    press(view, "a");
    EXPECT_EQ(order(view), "abg");
}

TEST(LiveView, WhatComesWithARowIsListedInIt) {
    Report report = three_rows();
    report.groups[1].companion = true;
    report.groups[0].companions = {{ObjectClass::slab, "beta", 200, 20'000}};
    View view;
    view.show(std::move(report));
    EXPECT_THAT(drawn(view), Not(HasSubstr("betad[12]")));
    press(view, Key::Kind::enter);
    EXPECT_THAT(drawn(view, {40, 100}), HasSubstr("200 beta"));
    press(view, "/beta");
    EXPECT_THAT(drawn(view), HasSubstr("betad[12]"));
}

TEST(LiveView, WhatIsHiddenOrNotJudgedIsNoRow) {
    Report report = three_rows();
    report.groups[0].suppressed_by = "a rule";
    report.groups[2].judged = false;
    View view;
    view.show(report);
    EXPECT_EQ(order(view), "b");
}

TEST(LiveView, ARowOpensToItsStacks) {
    View view = three();
    press(view, Key::Kind::down);
    press(view, Key::Kind::enter);
    const std::string text = drawn(view, {40, 100});
    EXPECT_THAT(text, HasSubstr("Kernel stack, innermost first"));
    EXPECT_THAT(text, HasSubstr("make_beta+0x0"));
    EXPECT_LT(text.find("make_beta+0x0"), text.find("gammad["));
    press(view, Key::Kind::enter);
    EXPECT_THAT(drawn(view, {40, 100}), Not(HasSubstr("Kernel stack")));
}

TEST(LiveView, AnOpenRowCanBeReadToItsEndInFewLines) {
    View view = three();
    drawn(view, {15, 60});
    press(view, Key::Kind::enter);
    EXPECT_THAT(drawn(view, {15, 60}), HasSubstr("[1] 400 alpha"));
    bool seen = false;
    for (int i = 0; i < 40 && !seen; ++i) {
        press(view, Key::Kind::down);
        seen = drawn(view, {15, 60}).find("do_syscall_64") != std::string::npos;
    }
    EXPECT_TRUE(seen);
    press(view, Key::Kind::end);
    EXPECT_THAT(drawn(view, {15, 60}), HasSubstr("[3] 900 gamma"));
    press(view, Key::Kind::home);
    press(view, Key::Kind::down); // into the details, which Esc closes
    press(view, Key::Kind::escape);
    EXPECT_THAT(drawn(view, {15, 60}), HasSubstr("[1] 400 alpha"));
}

TEST(LiveView, WhatIsChosenAndOpenStaysSoInTheNextReport) {
    View view = three();
    press(view, Key::Kind::down);
    press(view, Key::Kind::enter);
    Report report = three_rows();
    std::swap(report.groups[0], report.groups[1]);
    report.groups.insert(report.groups.begin(), row("delta", Attention::leaking, 9, 1));
    report.groups[1].count = 201;
    view.show(report);
    const std::string text = drawn(view, {40, 100});
    EXPECT_THAT(text, HasSubstr("[2] 201 beta"));
    EXPECT_THAT(text, HasSubstr("make_beta+0x0"));
    report.groups.erase(report.groups.begin() + 1);
    view.show(report);
    EXPECT_THAT(drawn(view, {40, 100}), Not(HasSubstr("make_beta+0x0")));
}

TEST(LiveView, WhoLooksAtTheFirstRowSeesTheNewFirstRow) {
    View view = three();
    Report report = three_rows();
    report.groups.insert(report.groups.begin(), row("delta", Attention::leaking, 9, 1));
    view.show(report);
    EXPECT_THAT(drawn(view), HasSubstr("[1] 9 delta"));
}

TEST(LiveView, PausedItShowsWhatItHas) {
    View view = three();
    press(view, "p");
    EXPECT_TRUE(view.paused());
    Report report = three_rows();
    report.groups[0].count = 777;
    view.show(report);
    EXPECT_THAT(drawn(view, {}, at(90)), HasSubstr("for 1m 30s  PAUSED at 1m 00s"));
    EXPECT_THAT(drawn(view), Not(HasSubstr("777")));
    press(view, " ");
    view.show(report);
    EXPECT_THAT(drawn(view), HasSubstr("777"));
}

TEST(LiveView, PausedBeforeTheFirstReportItShowsThatOne) {
    View view;
    press(view, "p");
    EXPECT_FALSE(view.paused());
    view.show(three_rows());
    EXPECT_THAT(drawn(view), HasSubstr("alpha"));
    EXPECT_TRUE(view.paused());
}

TEST(LiveView, ScrollsThroughManyRows) {
    Report report;
    for (int i = 0; i < 1000; ++i)
        report.groups.push_back(row(fmt::format("n{:04}x", i), Attention::none, 5, 1));
    View view;
    view.show(report);
    EXPECT_THAT(drawn(view), HasSubstr("n0000x"));
    press(view, Key::Kind::end);
    EXPECT_THAT(drawn(view), HasSubstr("n0999x"));
    EXPECT_THAT(drawn(view), Not(HasSubstr("n0980x")));
    press(view, Key::Kind::page_up, 2);
    EXPECT_THAT(drawn(view), HasSubstr("[974] 5 n0973x"));
    press(view, Key::Kind::home);
    press(view, Key::Kind::page_down);
    EXPECT_THAT(drawn(view), HasSubstr("[14] 5 n0013x"));
    press(view, Key::Kind::up);
    press(view, "kj");
    EXPECT_THAT(drawn(view), HasSubstr("[13] 5 n0012x"));
    press(view, Key::Kind::end);
    view.show(three_rows()); // far fewer
    EXPECT_THAT(drawn(view), HasSubstr("[3] 900 gamma"));
}

TEST(LiveView, TheLightTellsLosses) {
    FakeCanvas canvas(20, 100);
    View view = three();
    view.draw(canvas, at(60));
    EXPECT_THAT(canvas.row(0), ::testing::EndsWith("● complete"));
    Report report = three_rows();
    report.losses = {{"stacks", 3, Severity::notice, "stacks could not be read"}};
    view.show(report);
    EXPECT_THAT(drawn(view), HasSubstr("● less detail\n"));
    report.complete = false;
    report.losses = {{"ring", 12'345, Severity::data_loss, "events were \x1b lost"}};
    view.show(report);
    EXPECT_THAT(drawn(view), HasSubstr("● INCOMPLETE\n"));
    press(view, "l");
    EXPECT_THAT(drawn(view), HasSubstr("data lost    12 345 events were \\x1b lost"));
    press(view, "x");
    EXPECT_THAT(drawn(view), Not(HasSubstr("data lost")));
}

TEST(LiveView, TellsHowFarItIs) {
    View view;
    Moment moment = at(30);
    moment.duration_ns = 60 * kSecond;
    moment.working = "looking: doubt (4 of 5)";
    const std::string text = drawn(view, {}, moment);
    EXPECT_THAT(text, HasSubstr("30 s of 1m 00s [##########----------]"));
    EXPECT_THAT(text, HasSubstr("The first report is being made."));
    EXPECT_THAT(text, HasSubstr("looking: doubt (4 of 5)"));
    moment.elapsed_ns = 99 * kSecond;
    EXPECT_THAT(drawn(view, {}, moment), HasSubstr("[####################]"));
    moment.working.clear();
    moment.message = "the namer was lost";
    EXPECT_THAT(drawn(view, {}, moment), HasSubstr("the namer was lost"));
}

TEST(LiveView, SaysWhyThereAreNoRows) {
    View view;
    Report report = three_rows();
    report.groups.clear();
    view.show(report);
    EXPECT_THAT(drawn(view, {}, at(5)), HasSubstr("Objects are rows once they are 10 s old"));
    EXPECT_THAT(drawn(view, {}, at(50)), HasSubstr("Nothing that was made is older than 10 s."));
    press(view, Key::Kind::enter);
    press(view, Key::Kind::down);
}

TEST(LiveView, KeysOfTheTerminalAreAnswered) {
    View view = three();
    EXPECT_EQ(view.press({Key::Kind::suspend}), View::Reply::suspend);
    EXPECT_EQ(view.press({Key::Kind::redraw}), View::Reply::redraw);
    press(view, "?");
    EXPECT_THAT(drawn(view), HasSubstr("sort by the next"));
    EXPECT_EQ(press(view, "q"), View::Reply::quit);
}

} // namespace
} // namespace unfreed::testing
