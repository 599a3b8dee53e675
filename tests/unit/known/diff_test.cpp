// SPDX-License-Identifier: BSD-2-Clause
// A slow leak between two reports of one host, told and nothing else.
#include "known/diff.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <random>

namespace unfreed {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::uint64_t kMinute = 60'000'000'000;

Group group(const std::string& id, const char* program, std::uint64_t count, Attention attention) {
    Group group;
    group.id = id;
    group.object_class = ObjectClass::socket;
    group.socket = "TCP";
    group.cache = "TCP";
    group.kind = "never-closed";
    group.attention = attention;
    group.verdict = attention == Attention::suspect ? Verdict::suspect : Verdict::live;
    group.count = count;
    group.evidence = "they came from all of the trace";
    group.processes = {{7, program, "", "", "", true, count}};
    return group;
}

// 300 origins that come and go, a few that deserve a look, and a leak.
Report host(std::uint64_t seed, std::uint64_t leaked, Attention attention,
            std::uint64_t duration_ns) {
    std::mt19937_64 random(seed);
    Report report;
    report.host = {"web1", "6.1", "x86_64", "boot"};
    report.trace.started_at = "trace " + std::to_string(seed);
    report.trace.duration_ns = duration_ns;
    for (int i = 0; i < 300; ++i) {
        std::poisson_distribution<std::uint64_t> counts(1 + i % 40);
        const std::uint64_t count = counts(random);
        if (count != 0)
            report.groups.push_back(group("healthy" + std::to_string(i), "healthy", count,
                                          i % 30 == 0 ? Attention::look : Attention::none));
    }
    if (leaked != 0)
        report.groups.push_back(group("leak", "leaker", leaked, attention));
    return report;
}

std::string told(const Report& before, const Report& after) {
    return diff_to_text(before, after, compare(before, after), {});
}

std::size_t rows(const Report& before, const Report& after) {
    std::size_t rows = 0;
    for (const OriginChange& change : compare(before, after))
        rows += change.is_told ? 1 : 0;
    return rows;
}

TEST(Diff, ALeakThatBeganIsNamedAndNothingElse) {
    const Report before = host(1, 0, Attention::none, kMinute);
    const Report after = host(2, 30, Attention::suspect, kMinute);
    EXPECT_EQ(rows(before, after), 1U);
    const std::string text = told(before, after);
    EXPECT_THAT(text, HasSubstr("\nNew\n  30 TCP sockets by leaker[7]"));
    EXPECT_THAT(text, HasSubstr("0 before, 30 after; group leak"));
    EXPECT_THAT(text, HasSubstr("they came from all of the trace"));
    EXPECT_THAT(text, Not(HasSubstr("healthy")));
    EXPECT_THAT(told(after, before), HasSubstr("\nGone\n  30 TCP sockets by leaker[7]"));
}

TEST(Diff, ASlowLeakIsNamedInEveryPairOfItsTraces) {
    // Too few at first; then sure; the same again; and faster.
    const Report few = host(1, 4, Attention::none, kMinute);
    const Report sure = host(2, 40, Attention::suspect, 10 * kMinute);
    const Report again = host(3, 44, Attention::suspect, 10 * kMinute);
    const Report faster = host(4, 120, Attention::suspect, 10 * kMinute);
    EXPECT_EQ(rows(few, sure), 1U);
    EXPECT_THAT(told(few, sure), HasSubstr("but sure now\n  40 TCP sockets by leaker[7]"));
    EXPECT_EQ(rows(sure, again), 1U);
    EXPECT_THAT(told(sure, again), HasSubstr("As before\n  44 TCP sockets by leaker[7]"));
    EXPECT_EQ(rows(again, faster), 1U);
    EXPECT_THAT(told(again, faster), HasSubstr("Grown beyond chance\n  120 TCP sockets"));
}

TEST(Diff, OfAHealthyHostNothingIsNamed) {
    for (std::uint64_t seed = 10; seed < 30; seed += 2) {
        const Report before = host(seed, 0, Attention::none, kMinute);
        const Report after = host(seed + 1, 0, Attention::none, kMinute);
        EXPECT_EQ(rows(before, after), 0U) << seed;
        EXPECT_THAT(told(before, after), HasSubstr("Nothing that needs a look has come or gone"));
    }
}

TEST(Diff, SaysWhatItCannotKnow) {
    Report before = host(1, 0, Attention::none, kMinute);
    Report after = host(2, 0, Attention::none, kMinute);
    EXPECT_THAT(told(before, after), Not(HasSubstr("kernels differ")));
    before.host.kernel_release = "5.10";
    after.groups_omitted = 3;
    EXPECT_THAT(told(before, after), HasSubstr("The kernels differ (5.10 and 6.1)"));
    EXPECT_THAT(told(before, after), HasSubstr("only its first groups"));
}

TEST(Diff, NoNameReachesTheTerminal) {
    const Report before = host(1, 0, Attention::none, kMinute);
    Report after = host(2, 0, Attention::none, kMinute);
    after.host.hostname = "\x1b[2J\xff";
    after.groups.push_back(group("leak\n", "a\x1b[2J", 30, Attention::leaking));
    EXPECT_THAT(told(before, after), Not(HasSubstr("\x1b")));
    EXPECT_TRUE(nlohmann::json::accept(diff_to_json(before, after, compare(before, after))));
}

TEST(Diff, JsonHasEveryOrigin) {
    const Report before = host(1, 0, Attention::none, kMinute);
    const Report after = host(2, 30, Attention::suspect, kMinute);
    const auto changes = compare(before, after);
    const auto json = nlohmann::json::parse(diff_to_json(before, after, changes));
    EXPECT_EQ(json["schema"], "unfreed-diff/1");
    EXPECT_EQ(json["before"]["hostname"], "web1");
    ASSERT_EQ(json["origins"].size(), changes.size());
    for (const auto& origin : json["origins"]) {
        EXPECT_EQ(origin["told"], origin["id"] == "leak") << origin;
        if (origin["id"] == "leak") {
            EXPECT_EQ(origin["change"], "new");
            EXPECT_EQ(origin["after"], 30);
            EXPECT_EQ(origin["attention_after"], "suspect");
            EXPECT_EQ(origin["process"], "leaker");
        }
    }
}

} // namespace
} // namespace unfreed
