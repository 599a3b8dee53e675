// SPDX-License-Identifier: BSD-2-Clause
// What rules hide of a report, what they may not, and how that is told.
#include "known/glob.h"
#include "known/suppress.h"
#include "report/known_lines.h"
#include "report/rows.h"
#include "report/text.h"
#include "report/text_finding.h"
#include "report/top_rows.h"
#include "report/writer.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace unfreed {
namespace {

using namespace std::chrono;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr sys_days kToday = sys_days(year(2027) / 1 / 31);

Frame frame(const char* function, const char* module = "vmlinux") {
    Frame frame;
    frame.function = function;
    frame.module = module;
    return frame;
}

Group row(const char* id, std::uint64_t count, Attention attention = Attention::leaking) {
    Group group;
    group.id = id;
    group.object_class = ObjectClass::socket;
    group.cache = "TCP";
    group.socket = "TCP";
    group.kind = "never-closed";
    group.verdict = Verdict::leaking;
    group.attention = attention;
    group.count = count;
    group.bytes = count * 1000;
    group.processes = {{7, "leaker", "/usr/bin/leaker", "", "", true, count}};
    group.kernel_stack = {frame("sk_prot_alloc"), frame("sk_alloc"), frame("inet_create")};
    group.user_stack = {frame("socket", "/lib/libc.so.6"), frame("open_one", "/usr/bin/leaker")};
    return group;
}

std::vector<Suppression> rules(std::string_view text) {
    std::vector<Suppression> rules;
    const auto result = parse_suppressions(text, "f", rules);
    EXPECT_TRUE(result) << (result ? "" : result.error().message);
    return rules;
}

bool hides(const std::string& body, const Group& group = row("a", 5)) {
    MatchBudget budget(1'000'000);
    return matches(rules("{ r\n" + body + "\n}\n").at(0), group, budget);
}

Report with(std::vector<Group> groups) {
    Report report;
    report.trace.classes = {"socket"};
    report.groups = std::move(groups);
    return report;
}

Report suppressed(Report report, const char* text, sys_days today = kToday) {
    suppress(report, rules(text), today);
    return report;
}

std::vector<std::string> shown(const Report& report) {
    std::vector<std::string> ids;
    for (const Group& group : rows_to_show(report))
        ids.push_back(group.id);
    return ids;
}

std::string lines_of(const Report& report) {
    std::string text;
    for (const KnownLine& line : known_lines(report))
        text += line.text + "\n";
    return text;
}

TEST(Glob, IsOfTheWholeText) {
    const auto matches = [](const char* glob, const char* text) {
        MatchBudget budget(1000);
        return glob_matches(glob, text, budget);
    };
    EXPECT_TRUE(matches("tcp", "tcp"));
    EXPECT_FALSE(matches("tcp", "tcp6"));
    EXPECT_FALSE(matches("cp", "tcp"));
    EXPECT_TRUE(matches("*", ""));
    EXPECT_TRUE(matches("*cp*k", "tcp_sock"));
    EXPECT_FALSE(matches("*cp*k", "tcp_socket"));
    EXPECT_TRUE(matches("t?p**", "tcp"));
    EXPECT_FALSE(matches("t?p", "tp"));
    EXPECT_TRUE(matches("a.b[c]", "a.b[c]"));
}

TEST(Glob, TakesNoMoreThanPatternTimesText) {
    std::string glob;
    for (int i = 0; i < 50; ++i)
        glob += "a*";
    const std::string text(1000, 'a');
    MatchBudget budget(1'000'000);
    EXPECT_FALSE(glob_matches(glob + "b", text, budget));
    EXPECT_FALSE(budget.is_used_up());
    MatchBudget small(100);
    EXPECT_FALSE(glob_matches("*a", text, small)) << "no step is left";
    EXPECT_TRUE(small.is_used_up());
}

TEST(Suppress, FramesAreInOrderFromTheInnermost) {
    EXPECT_TRUE(hides("fun: sk_prot_alloc\nfun: sk_alloc"));
    EXPECT_FALSE(hides("fun: sk_alloc"));
    EXPECT_FALSE(hides("fun: sk_prot_alloc\nfun: inet_create"));
    EXPECT_TRUE(hides("...\nfun: inet_*"));
    EXPECT_TRUE(hides("...\nfun: sk_alloc\n...\nfun: open_one"));
    EXPECT_FALSE(hides("...\nfun: open_one\n...\nfun: sk_alloc"));
    EXPECT_FALSE(hides("...\nfun: open_one\nfun: *"));
    EXPECT_TRUE(hides("fun: sk_prot_alloc\n...\nobj: libc.so.*\nobj: /usr/bin/*\n..."));
    EXPECT_FALSE(hides("...\nobj: ext4"));
}

TEST(Suppress, EveryKeyMustMatch) {
    EXPECT_TRUE(hides("class: socket\nkind: never-*\ncache: TCP\nprocess: leaker\n"
                      "verdict: leaking,suspect"));
    EXPECT_FALSE(hides("class: slab\nkind: never-*"));
    EXPECT_FALSE(hides("class: socket\nkind: listener"));
    EXPECT_FALSE(hides("cache: UDP"));
    EXPECT_FALSE(hides("verdict: suspect"));
    EXPECT_FALSE(hides("process: other"));
    EXPECT_TRUE(hides("process: /usr/bin/*"));
    Group group = row("a", 5);
    group.cache = "skbuff_small_head";
    group.merged_caches = {"skbuff_small_head", "TCP"};
    EXPECT_TRUE(hides("cache: TCP", group));
}

TEST(Suppress, OfOneProgramHidesNothingOfAnother) {
    Group group = row("a", 5);
    group.processes.push_back({8, "other", "/usr/bin/other", "", "", true, 1});
    EXPECT_FALSE(hides("process: leaker", group));
    EXPECT_TRUE(hides("process: leaker, other", group));
    group.processes.clear();
    EXPECT_FALSE(hides("process: *", group));
}

TEST(Suppress, ALeakLineMatchesAnyFrameOfItsNameFileOrModule) {
    const auto by = [](const char* line) {
        MatchBudget budget(1'000'000);
        Group group = row("a", 5);
        group.user_stack[1].file = "src/leaker.c";
        return matches(rules(line).at(0), group, budget);
    };
    EXPECT_TRUE(by("leak:net_crea"));
    EXPECT_TRUE(by("leak:open_o"));
    EXPECT_TRUE(by("leak:libc.so"));
    EXPECT_TRUE(by("leak:src/*.c$"));
    EXPECT_FALSE(by("leak:^create"));
    EXPECT_FALSE(by("leak:sk_allo$"));
}

TEST(Suppress, HidesAndCounts) {
    const Report report = suppressed(with({row("a", 5), row("b", 7, Attention::suspect)}),
                                     "{ first\n kind: never-closed\n verdict: leaking\n}\n"
                                     "{ never\n cache: UDP\n}\n");
    EXPECT_EQ(shown(report).size(), 0U);
    ASSERT_EQ(report.suppressions.size(), 2U);
    EXPECT_EQ(report.suppressions[0].state, SuppressionState::used);
    EXPECT_EQ(report.suppressions[0].groups, 2U);
    EXPECT_EQ(report.suppressions[0].objects, 12U);
    EXPECT_EQ(report.suppressions[0].bytes, 12'000U);
    EXPECT_EQ(report.suppressions[1].state, SuppressionState::unused);
    EXPECT_EQ(report.groups[0].suppressed_by, "first");
    EXPECT_EQ(lines_of(report), "Hidden by 1 suppression: 2 rows, 12 objects, 12 KiB.\n"
                                "Suppressions that match nothing: never (f:5).\n");
}

TEST(Suppress, TheFirstRuleThatMatchesCounts) {
    const Report report = suppressed(with({row("a", 5)}), "leak:sk_alloc\nleak:sk_alloc\n");
    EXPECT_EQ(report.suppressions[0].groups, 1U);
    EXPECT_EQ(report.suppressions[1].groups, 0U);
}

TEST(Suppress, WhatNeedsNoLookIsNotCountedAsHidden) {
    const Report report =
        suppressed(with({row("a", 5, Attention::none)}), "{ r\n class: socket\n}\n");
    EXPECT_EQ(report.suppressions[0].state, SuppressionState::used);
    EXPECT_EQ(report.suppressions[0].groups, 0U);
    EXPECT_EQ(lines_of(report), "");
}

TEST(Suppress, AboveItsMaxARuleHidesNothing) {
    const char* rule = "{ r\n class: socket\n max: 12 objects\n}\n";
    EXPECT_THAT(shown(suppressed(with({row("a", 5), row("b", 7)}), rule)), ElementsAre());
    const Report report = suppressed(with({row("a", 5), row("b", 8)}), rule);
    EXPECT_THAT(shown(report), ElementsAre("a", "b"));
    EXPECT_EQ(report.suppressions[0].state, SuppressionState::over_max);
    EXPECT_EQ(lines_of(report),
              "Suppressions over their max, so not heeded: r (f:1), 13 objects, 13 KiB are more "
              "than its max of 12 objects.\n");
    EXPECT_EQ(known_lines(report)[0].ink, Ink::red);
    EXPECT_THAT(shown(suppressed(with({row("a", 5)}), "{ r\n class: socket\n max: 4 KiB\n}\n")),
                ElementsAre("a"));
}

TEST(Suppress, AfterItsDayARuleHidesNothing) {
    const char* rule = "{ r\n class: socket\n expires: 2027-01-31\n}\n";
    EXPECT_THAT(shown(suppressed(with({row("a", 5)}), rule)), ElementsAre());
    const Report report = suppressed(with({row("a", 5)}), rule, kToday + days(1));
    EXPECT_THAT(shown(report), ElementsAre("a"));
    EXPECT_EQ(lines_of(report), "Suppressions that have expired: r (f:1) on 2027-01-31, would hide "
                                "1 row.\n");
    // Another rule may still hide it.
    const char* both = "{ r\n class: socket\n expires: 2027-01-31\n}\nleak:sk_alloc\n";
    EXPECT_THAT(shown(suppressed(with({row("a", 5)}), both, kToday + days(1))), ElementsAre());
}

TEST(Suppress, NoFormForCiHasAHiddenRow) {
    const Report report =
        suppressed(with({row("hidden", 5), row("b", 7, Attention::suspect)}),
                   "{ known one\n verdict: leaking\n max: 5\n fun: sk_prot_alloc\n}\nleak:nothing");
    const Report hidden = suppressed(with({row("hidden", 5)}), "leak:sk_alloc\nleak:nothing");
    for (const char* name : {"junit", "sarif", "github"}) {
        const std::string text = find_writer(name)->write(hidden, {});
        EXPECT_THAT(text, Not(HasSubstr("5 TCP sockets by leaker"))) << name;
        EXPECT_THAT(text, HasSubstr("Hidden by 1 suppression: 1 row, 5 objects")) << name;
        EXPECT_THAT(text, HasSubstr("leak:nothing (f")) << name;
        const std::string over = find_writer(name)->write(report, {});
        EXPECT_THAT(over, HasSubstr("over their max")) << name;
    }
    const std::string junit = find_writer("junit")->write(hidden, {});
    EXPECT_THAT(junit, HasSubstr("failures=\"0\""));
    const auto json = nlohmann::json::parse(find_writer("json")->write(hidden, {}));
    EXPECT_EQ(json["suppressions"][0]["objects"], 5);
    EXPECT_EQ(json["groups"][0]["suppressed_by"], "leak:sk_alloc");
    const std::string screen = to_text(hidden);
    EXPECT_THAT(screen, Not(HasSubstr("Leaking:")));
    EXPECT_THAT(screen, HasSubstr("Hidden by 1 suppression"));
    EXPECT_THAT(screen, HasSubstr("Nothing but what is known leaks")) << "never that nothing does";
    EXPECT_THAT(find_writer("github")->write(hidden, {}), HasSubstr("nothing but what is known"));
}

SocketGroup listed(const char* process, std::uint64_t count) {
    SocketGroup group;
    group.name = "TCP";
    group.state = "CLOSE-WAIT";
    group.kind = "never-closed-peer-gone";
    group.count = count;
    group.memory_bytes = count * 100;
    group.processes = {{9, process, "/usr/bin/old", "", "", true, count}};
    return group;
}

// The same sockets are older than the trace, and not shown by ss.
Report with_listed(const char* process, std::uint64_t count) {
    Report report = with({});
    report.pre_attach_sockets = SocketSection{count, 0, {listed(process, count)}, 0};
    report.hidden_sockets = report.pre_attach_sockets;
    return report;
}

TEST(Suppress, ListedSocketsAreHiddenByClassKindAndProcess) {
    const auto is_hidden_by = [](const std::string& body) {
        const Report report = suppressed(with_listed("old", 5), ("{ r\n" + body + "\n}\n").c_str());
        const bool older = report.pre_attach_sockets->groups[0].suppressed_by == "r";
        EXPECT_EQ(report.hidden_sockets->groups[0].suppressed_by == "r", older);
        return older;
    };
    EXPECT_TRUE(is_hidden_by("class: socket\nkind: *-peer-gone\nprocess: old"));
    EXPECT_TRUE(is_hidden_by("process: /usr/bin/old\n..."));
    EXPECT_FALSE(is_hidden_by("process: leaker"));
    EXPECT_FALSE(is_hidden_by("class: slab"));
    // Nobody knows these of them.
    for (const char* unknown : {"fun: *", "...\nobj: *", "cache: *", "verdict: *"})
        EXPECT_FALSE(is_hidden_by(std::string("process: old\n") + unknown)) << unknown;
    EXPECT_EQ(suppressed(with_listed("old", 5), "leak:*").suppressions[0].state,
              SuppressionState::unused);
}

TEST(Suppress, ListedSocketsAreCountedOnceAndNotToldAgain) {
    const char* rule = "{ r\n process: old\n max: 5 objects\n}\n";
    EXPECT_THAT(to_text(with_listed("old", 5)), HasSubstr("Older than the trace: 5 TCP sockets"));
    const Report report = suppressed(with_listed("old", 5), rule);
    EXPECT_EQ(lines_of(report), "Hidden by 1 suppression: 1 row, 5 objects, 500 B.\n");
    EXPECT_THAT(to_text(report), Not(HasSubstr("Older than the trace:")));
    EXPECT_THAT(to_text(report), Not(HasSubstr("Not shown by ss:")));
    EXPECT_THAT(to_text(report), Not(HasSubstr("look at what is older")));
    TextOptions all;
    all.all = true;
    EXPECT_THAT(to_text(report, all), HasSubstr("hidden by r"));
    const auto json = nlohmann::json::parse(find_writer("json")->write(report, {}));
    EXPECT_EQ(json["pre_attach_sockets"]["groups"][0]["suppressed_by"], "r");
    const Report over = suppressed(with_listed("old", 6), rule);
    EXPECT_EQ(over.suppressions[0].state, SuppressionState::over_max);
    EXPECT_THAT(to_text(over), HasSubstr("Older than the trace: 6 TCP sockets"));
}

TEST(Suppress, HiddenRowsTakeNoRoom) {
    const Report report = suppressed(with({row("a", 5), row("b", 7, Attention::suspect)}),
                                     "{ r\n class: socket\n max: 5\n kind: x\n}\nleak:sk_alloc");
    EXPECT_EQ(TopRows(report, 1).report().look_omitted, 0U);
    Report mixed = with({row("a", 5), row("b", 7)});
    mixed.groups[1].kernel_stack.clear();
    EXPECT_THAT(shown(TopRows(suppressed(mixed, "leak:sk_alloc"), 1).report()), ElementsAre("b"));
}

TEST(Suppress, WhatAsksForTooMuchIsSaidAndHidesNothing) {
    std::string text;
    for (int i = 0; i < 900; ++i)
        text += "leak:*a*a*a*a*a*a*a*a*a*a*a*b\n";
    Group group = row("a", 5);
    group.kernel_stack.assign(120, frame(std::string(400, 'a').c_str()));
    Report report = with(std::vector<Group>(200, group));
    suppress(report, rules(text), kToday, 1'000'000);
    EXPECT_EQ(shown(report).size(), 200U);
    ASSERT_EQ(report.notes.size(), 1U);
    EXPECT_THAT(report.notes[0], HasSubstr("the suppressions ask for more"));
}

TEST(Suppress, ManyRulesForManyGroupsAreFarFromThatBound) {
    std::string text;
    for (int i = 0; i < 20; ++i)
        text += "leak:no_such_function_" + std::to_string(i) + "\n";
    Group group = row("a", 5, Attention::none);
    group.kernel_stack.assign(25, frame("some_function_of_the_kernel"));
    Report report = with(std::vector<Group>(2000, group));
    suppress(report, rules(text), kToday, kMostMatchSteps / 500);
    EXPECT_TRUE(report.notes.empty());
}

TEST(GenSuppressions, HideWhatTheyWereMadeOf) {
    Group hostile = row("h", 3, Attention::look);
    hostile.processes[0].comm = "a\n}\nleak:*, \xff*";
    hostile.kernel_stack[0].function = "operator* (a, b)\n";
    hostile.user_stack[0] = {};
    hostile.user_stack[1].function.clear();
    hostile.cache = "kmalloc-rnd-07-64";
    const Report before = with({row("a", 5), hostile, row("alive", 9, Attention::none)});
    const std::string text = find_writer("suppressions")->write(before, {});
    EXPECT_THAT(text, HasSubstr("reason: (say why"));
    EXPECT_THAT(text, HasSubstr("cache: kmalloc-rnd-*-64"));
    const std::vector<Suppression> made = rules(text);
    ASSERT_EQ(made.size(), 2U) << text;
    Report after = before;
    suppress(after, made, kToday);
    EXPECT_THAT(shown(after), ElementsAre());
    // Nor another way of the program to the same place, where the first was only inferred.
    Report unsure = with({row("a", 5)});
    unsure.groups[0].stack_quality = "inferred";
    const auto draft = rules(find_writer("suppressions")->write(unsure, {}));
    unsure.groups[0].user_stack = {frame("another")};
    suppress(unsure, draft, kToday);
    EXPECT_THAT(shown(unsure), ElementsAre());
    // And not what has another stack.
    Report other = with({row("a", 5)});
    other.groups[0].kernel_stack[1] = frame("sk_clone");
    suppress(other, made, kToday);
    EXPECT_THAT(shown(other), ElementsAre("a"));
}

} // namespace
} // namespace unfreed
