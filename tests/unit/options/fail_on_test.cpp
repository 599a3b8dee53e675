// SPDX-License-Identifier: BSD-2-Clause
#include "options/fail_on.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unfreed {
namespace {

Group group(Attention attention, const char* kind, std::uint64_t count, double bytes_per_hour = 0) {
    Group group;
    group.attention = attention;
    group.kind = kind;
    group.count = count;
    group.facts.bytes_per_hour = bytes_per_hour;
    return group;
}

Report report(std::vector<Group> groups) {
    Report report;
    report.groups = std::move(groups);
    return report;
}

// "": it is met by nothing of it.
std::string met(const char* condition, const Report& report) {
    const auto parsed = FailCondition::parse(condition);
    return parsed ? parsed->met_by(report).value_or("") : parsed.error().message;
}

TEST(FailOn, NothingIsNoFailure) {
    for (const char* condition : {"leaking", "suspect", "look", "kind=never-closed", "growth>1/h"})
        EXPECT_EQ(met(condition, report({group(Attention::none, "unused", 5000, 1e9)})), "");
}

TEST(FailOn, ALevelStandsForWhatIsWorse) {
    const Report found =
        report({group(Attention::leaking, "never-closed", 4),
                group(Attention::suspect, "outstanding", 2), group(Attention::look, "open", 1)});
    EXPECT_EQ(met("leaking", found), "leaking: 4 objects");
    EXPECT_EQ(met("suspect", found), "suspect: 6 objects");
    EXPECT_EQ(met("look", found), "look: 7 objects");
}

TEST(FailOn, SoManyObjectsInAllGroupsTogether) {
    const Report found = report({group(Attention::leaking, "never-closed", 4),
                                 group(Attention::leaking, "never-closed", 3)});
    EXPECT_EQ(met("leaking:7", found), "leaking:7: 7 objects");
    EXPECT_EQ(met("leaking:8", found), "");
    EXPECT_EQ(met("kind=never-closed:7", found), "kind=never-closed:7: 7 objects");
    EXPECT_EQ(met("kind=never-closed:8", found), "");
}

TEST(FailOn, AKindCountsWhateverItsVerdict) {
    const Report found = report({group(Attention::none, "listener", 1)});
    EXPECT_EQ(met("kind=listener", found), "kind=listener: 1 object");
    EXPECT_EQ(met("kind=pinned", found), "");
}

TEST(FailOn, AKindThatDoesNotGrowWithTheRepeatsDoesNot) {
    Group once = group(Attention::none, "listener", 1);
    once.repeats = {1, 0, 0, 0, 0};
    EXPECT_EQ(met("kind=listener", report({once})), "");
    once.repeats = {1, 1, 0, 1, 1};
    EXPECT_EQ(met("kind=listener", report({once})), "kind=listener: 1 object");
}

TEST(FailOn, GrowthIsOfWhatIsAccused) {
    const Report found = report({group(Attention::leaking, "outstanding", 1, 700'000),
                                 group(Attention::suspect, "outstanding", 1, 700'000),
                                 group(Attention::look, "outstanding", 1, 1e12)});
    EXPECT_EQ(met("growth>1MiB/h", found), "growth>1MiB/h: 1400000 bytes an hour");
    EXPECT_EQ(met("growth>2MiB/h", found), "");
    EXPECT_EQ(met("growth>1400000/h", found), "");
}

TEST(FailOn, WhatIsHiddenIsNoFailure) {
    Report found = report({group(Attention::leaking, "never-closed", 4, 1e9),
                           group(Attention::leaking, "never-closed", 3, 1e9)});
    found.groups[0].suppressed_by = "a rule";
    EXPECT_EQ(met("leaking", found), "leaking: 3 objects");
    found.groups[1].change = Change::known;
    for (const char* condition : {"leaking", "look", "kind=never-closed", "growth>1/h"})
        EXPECT_EQ(met(condition, found), "");
    found.groups[1].change = Change::grown;
    EXPECT_EQ(met("leaking", found), "leaking: 3 objects");
}

TEST(FailOn, WhatIsNoConditionIsSaid) {
    for (const char* text : {"", "leak", "leaking:", "leaking:0", "leaking:-1", "leaking:1x",
                             "leaking:99999999999999999999", "kind=", "none", "growth>",
                             "growth>1MiB", "growth>x/h", "growth>0/h", "growth>-1/h"}) {
        const auto parsed = FailCondition::parse(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().code, Errc::usage);
        EXPECT_THAT(parsed.error().message, testing::HasSubstr("no condition")) << text;
    }
    EXPECT_THAT(FailCondition::parse("kind=neverclosed").error().message,
                testing::HasSubstr("there is no kind \"neverclosed\""));
}

} // namespace
} // namespace unfreed
