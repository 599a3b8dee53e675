// SPDX-License-Identifier: BSD-2-Clause
// Two reports, and one against a baseline.
#include "known/compare.h"
#include "known/read_report.h"
#include "report/json.h"
#include "report/known_lines.h"
#include "report/rows.h"
#include "report/text_finding.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace unfreed {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::uint64_t kMinute = 60'000'000'000;

Group group(const char* id, std::uint64_t count, Attention attention) {
    Group group;
    group.id = id;
    group.object_class = ObjectClass::socket;
    group.socket = "TCP";
    group.kind = "never-closed";
    group.verdict = attention == Attention::leaking ? Verdict::leaking : Verdict::live;
    group.attention = attention;
    group.count = count;
    group.bytes = count * 100;
    group.processes = {{7, "leaker", "", "", "", true, count}};
    return group;
}

Report report(std::vector<Group> groups, std::uint64_t duration_ns = kMinute) {
    static int traces = 0;
    Report report;
    report.host = {"host", "6.1", "x86_64", "boot"};
    report.trace.started_at = "trace " + std::to_string(++traces);
    report.trace.duration_ns = duration_ns;
    report.groups = std::move(groups);
    return report;
}

// "id change", with " told" where it is.
std::vector<std::string> changes(const Report& before, const Report& after) {
    std::vector<std::string> words;
    for (const OriginChange& change : compare(before, after))
        words.push_back(change.id + " " + std::string(to_string(change.change)) +
                        (change.is_told ? " told" : ""));
    return words;
}

TEST(Compare, ACommandThatRanOftenerMayLeaveMore) {
    Report before = report({group("leak", 40, Attention::look)});
    Report after = report({group("leak", 74, Attention::look)});
    before.trace.mode = after.trace.mode = "run";
    EXPECT_THAT(changes(before, after), ElementsAre("leak grown told"));
    before.trace.repeats.ended = 20;
    after.trace.repeats.ended = 37;
    EXPECT_THAT(changes(before, after), ElementsAre("leak known"));
    // And so it is when it is read again.
    const auto read = read_json_report(to_json([&] {
        Report with_repeats = before;
        with_repeats.trace.repeats.asked = 17;
        return with_repeats;
    }()));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->trace.repeats.ended, 20U);
}

TEST(Compare, SaysWhatBecameOfEachOrigin) {
    const Report before =
        report({group("same", 50, Attention::none), group("more", 50, Attention::none),
                group("bad", 50, Attention::leaking), group("less", 500, Attention::leaking)});
    const Report after =
        report({group("new", 40, Attention::leaking), group("more", 200, Attention::look),
                group("same", 55, Attention::none), group("bad", 55, Attention::suspect)});
    EXPECT_THAT(changes(before, after), ElementsAre("new new told", "more grown told", "same known",
                                                    "bad known told", "less gone told"));
}

TEST(Compare, ALeakSeenForLongerTurns) {
    EXPECT_THAT(changes(report({group("a", 5, Attention::none)}),
                        report({group("a", 50, Attention::suspect)}, 10 * kMinute)),
                ElementsAre("a turned told"));
}

TEST(Compare, WhatComesAndGoesByChanceIsNotTold) {
    const Report before = report({group("a", 3, Attention::look), group("c", 4, Attention::none)});
    const Report after = report({group("b", 3, Attention::look), group("c", 5, Attention::look),
                                 group("d", 5000, Attention::none)});
    EXPECT_THAT(changes(before, after), ElementsAre("b new", "c known", "d new", "a gone"));
    EXPECT_THAT(changes(before, report({group("b", 300, Attention::look)})),
                ElementsAre("b new told", "a gone", "c gone"));
}

TEST(Compare, KindsOfOneOriginAreTogether) {
    Report before = report({group("abc", 60, Attention::look), group("abc-2", 2, Attention::none)});
    Report after = report({group("abc", 30, Attention::none), group("abc-2", 32, Attention::look)});
    const auto all = compare(before, after);
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].change, Change::known);
    EXPECT_EQ(all[0].before, 62U);
    EXPECT_EQ(all[0].after, 62U);
    EXPECT_EQ(all[0].group->id, "abc-2");
}

Group inferred(const char* id, std::uint64_t count, const char* kernel_function = "sk_alloc") {
    Group one = group(id, count, Attention::suspect);
    one.stack_quality = "inferred";
    Frame frame;
    frame.function = kernel_function;
    frame.module = "vmlinux";
    one.kernel_stack = {frame};
    one.user_stack = {frame};
    return one;
}

std::size_t told(const Report& before, const Report& after, Change change) {
    const auto all = compare(before, after);
    return static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(), [&](const OriginChange& one) {
            return one.is_told && one.change == change;
        }));
}

TEST(Compare, AnotherUserStackThatIsOnlyInferredIsNoOtherOrigin) {
    const Report before = report({inferred("aaa", 700)});
    EXPECT_EQ(told(before, report({inferred("bbb", 720)}), Change::known), 1U);
    EXPECT_EQ(told(before, report({inferred("bbb", 2000)}), Change::grown), 1U);
    EXPECT_EQ(told(before, report({inferred("bbb", 300), inferred("ccc", 400)}), Change::known),
              1U);
    // As JSON tells it, too.
    const auto read = read_json_report(to_json(before));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(told(*read, report({inferred("bbb", 720)}), Change::known), 1U);
    Report after = report({inferred("bbb", 720)});
    compare_with_baseline(after, *read, "f");
    EXPECT_EQ(after.groups[0].change, Change::known);
}

TEST(Compare, WhatDiffersBesideThatIsAnotherOrigin) {
    const Report before = report({inferred("aaa", 700)});
    EXPECT_EQ(told(before, report({inferred("bbb", 720, "sk_clone")}), Change::fresh), 1U);
    Group other = inferred("bbb", 720);
    other.processes[0].comm = "other";
    EXPECT_EQ(told(before, report({other}), Change::fresh), 1U);
    Group exact = inferred("aaa", 700);
    exact.stack_quality = "exact";
    Group also = inferred("bbb", 720);
    also.stack_quality = "exact";
    EXPECT_EQ(told(report({exact}), report({also}), Change::fresh), 1U) << "both are sure";
    // What both have by its id stays apart from what is compared without a user stack.
    EXPECT_EQ(told(report({inferred("aaa", 700), inferred("old", 5)}),
                   report({inferred("aaa", 700), inferred("bbb", 500)}), Change::grown),
              1U);
}

TEST(Compare, AUserStackWithoutAnyNameIsNoOtherOrigin) {
    Group named = inferred("aaa", 30);
    named.stack_quality = "exact";
    Group unnamed = named;
    unnamed.id = "bbb";
    unnamed.user_stack = {Frame{}};
    EXPECT_EQ(told(report({named}), report({unnamed}), Change::known), 1U);
    EXPECT_EQ(told(report({unnamed}), report({named}), Change::known), 1U);
    unnamed.user_stack[0].module = "/bin/another";
    EXPECT_EQ(told(report({named}), report({unnamed}), Change::fresh), 1U);
}

TEST(Compare, OfOneTraceTheLaterLookMayHaveNoMore) {
    const Report before = report({group("a", 100, Attention::leaking)});
    Report after = report({group("a", 1000, Attention::leaking)}, 10 * kMinute);
    EXPECT_THAT(changes(before, after), ElementsAre("a known told"));
    after.trace.started_at = before.trace.started_at;
    EXPECT_THAT(changes(before, after), ElementsAre("a grown told"));
}

TEST(Compare, ACommandHasWhatItHasHoweverLongItTakes) {
    Report before = report({group("a", 100, Attention::look)});
    Report after = report({group("a", 1000, Attention::look)}, 10 * kMinute);
    before.trace.mode = after.trace.mode = "run";
    EXPECT_THAT(changes(before, after), ElementsAre("a grown told"));
}

TEST(Compare, OfWhatNothingIsClaimedNothingIsSaid) {
    Group hidden = group("a", 100, Attention::none);
    hidden.judged = false;
    EXPECT_THAT(changes(report({hidden}), report({})), IsEmpty());
}

std::vector<std::string> rows(const Report& report) {
    std::vector<std::string> ids;
    for (const Group& row : rows_to_show(report))
        ids.push_back(row.id);
    return ids;
}

TEST(Baseline, OnlyWhatIsNewOrGrownHasARow) {
    const Report before =
        report({group("known", 50, Attention::leaking), group("grown", 50, Attention::leaking)});
    Report after =
        report({group("known", 60, Attention::leaking), group("grown", 500, Attention::leaking),
                group("new", 1, Attention::look)});
    compare_with_baseline(after, before, "before.json");
    EXPECT_THAT(rows(after), ElementsAre("grown", "new"));
    EXPECT_EQ(after.groups[0].change, Change::known);
    EXPECT_EQ(after.groups[1].change, Change::grown);
    EXPECT_EQ(after.groups[2].change, Change::fresh);
    ASSERT_TRUE(after.baseline);
    EXPECT_EQ(after.baseline->groups, 1U);
    EXPECT_EQ(after.baseline->objects, 60U);
    const auto lines = known_lines(after);
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0].text, "Known from the baseline before.json: 1 row, 60 objects.");
}

TEST(Baseline, ThatWasCutIsSaidWhereItMatters) {
    Report before = report({group("known", 50, Attention::leaking)});
    before.groups_omitted = 4;
    Report after = report({group("known", 50, Attention::leaking)});
    compare_with_baseline(after, before, "f");
    EXPECT_EQ(known_lines(after).size(), 1U) << "nothing is new";
    after.groups.push_back(group("new", 5, Attention::look));
    compare_with_baseline(after, before, "f");
    ASSERT_EQ(known_lines(after).size(), 2U);
    EXPECT_THAT(known_lines(after)[1].text, HasSubstr("leaves out 4 groups"));
}

TEST(ReadReport, HasWhatAComparisonNeeds) {
    Report written = report({group("a", 50, Attention::leaking), group("b", 7, Attention::none)});
    written.trace.sample.one_in = 64;
    written.trace.min_age_ns = 5;
    written.groups_omitted = 3;
    Frame frame;
    frame.function = "sk_alloc";
    written.groups[0].kernel_stack = {frame};
    const auto read = read_json_report(to_json(written));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->host.boot_id, "boot");
    EXPECT_EQ(read->trace.started_at, written.trace.started_at);
    EXPECT_EQ(read->trace.duration_ns, kMinute);
    EXPECT_EQ(read->trace.min_age_ns, 5U);
    EXPECT_EQ(read->trace.sample.one_in, 64U);
    EXPECT_EQ(read->groups_omitted, 3U);
    ASSERT_EQ(read->groups.size(), 2U);
    EXPECT_EQ(read->groups[0].attention, Attention::leaking);
    EXPECT_EQ(read->groups[0].count, 50U);
    EXPECT_EQ(read->groups[0].processes[0].comm, "leaker");
    ASSERT_EQ(read->groups[0].kernel_stack.size(), 1U);
    EXPECT_EQ(read->groups[0].kernel_stack[0].function, "sk_alloc");
    for (const std::string& change : changes(*read, written))
        EXPECT_THAT(change, HasSubstr("known"));
}

TEST(ReadReport, RefusesWhatIsNone) {
    const auto refused = [](const std::string& text) {
        const auto read = read_json_report(text);
        return !read &&
               (read.error().code == Errc::malformed || read.error().code == Errc::unsupported);
    };
    for (const char* text :
         {"", "{", "[]", "5", "null", "{}", R"({"schema": "unfreed-report/2", "groups": []})",
          R"({"schema": "unfreed-report/1"})", R"({"schema": "unfreed-report/1", "groups": 5})",
          R"({"schema": "unfreed-report/1", "groups": [5]})",
          R"({"schema": "unfreed-report/1", "groups": [{"id": "a", "class": "file"}]})"})
        EXPECT_TRUE(refused(text)) << text;
    EXPECT_TRUE(refused(std::string(200'000, '[')));
    const auto odd = read_json_report(R"({"schema": "unfreed-report/1", "host": 5, "trace": [],
        "groups": [{"id": "a", "class": "slab", "count": -5, "processes": [3, {"pid": 1e300}]}]})");
    ASSERT_TRUE(odd) << odd.error().message;
    EXPECT_EQ(odd->groups.at(0).count, 0U);
}

} // namespace
} // namespace unfreed
