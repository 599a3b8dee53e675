// SPDX-License-Identifier: BSD-2-Clause
#include "report/json.h"
#include "sample_report.h"
#include "schema_validator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

namespace unfreed::testing {
namespace {

using nlohmann::json;
using ::testing::IsEmpty;
using ::testing::StartsWith;

json schema() {
    std::ifstream file(UNFREED_TEST_DATA "/../../../docs/report-schema.json");
    return json::parse(file);
}

json written(const Report& report) {
    return json::parse(to_json(report));
}

TEST(Json, FollowsTheSchemaInEveryField) {
    EXPECT_THAT(validate(schema(), written(sample_report())), IsEmpty());
    EXPECT_THAT(validate(schema(), written(clean_report())), IsEmpty());
    EXPECT_THAT(validate(schema(), written(Report())), IsEmpty());
}

TEST(Json, WhatWasKnownFollowsTheSchema) {
    EXPECT_TRUE(written(clean_report())["suppressions"].is_null());
    EXPECT_TRUE(written(clean_report())["baseline"].is_null());
    EXPECT_TRUE(written(sample_report())["groups"][0]["suppressed_by"].is_null());
    Report report = sample_report();
    for (const SuppressionState state : {SuppressionState::used, SuppressionState::unused,
                                         SuppressionState::expired, SuppressionState::over_max}) {
        SuppressionUse& use = report.suppressions.emplace_back();
        use = {"a rule\xff", "f.supp", 3, "", "", std::nullopt, 4096, state, 1, 2, 3};
    }
    report.baseline = {"before.json", "2026-11-30T00:00:00Z", 1, 2, 3};
    report.groups[0].suppressed_by = "a rule";
    report.groups[1].change = Change::grown;
    const json after = written(report);
    EXPECT_THAT(validate(schema(), after), IsEmpty());
    EXPECT_EQ(after["suppressions"][3]["state"], "over-max");
    EXPECT_EQ(after["suppressions"][3]["max_bytes"], 4096);
    EXPECT_EQ(after["groups"][1]["since_baseline"], "grown");
}

TEST(Json, RepeatsFollowTheSchema) {
    EXPECT_TRUE(written(sample_report())["trace"]["repeats"].is_null());
    EXPECT_TRUE(written(sample_report())["groups"][0]["repeats"].is_null());
    Report report = sample_report();
    report.trace.repeats = {
        .asked = 5, .warmup = 1, .starts_ns = {1, 2, 3, 4, 5}, .ended = 5, .failed = 2};
    report.groups[0].repeats = {2, 0, 2, 2};
    const json after = written(report);
    EXPECT_THAT(validate(schema(), after), IsEmpty());
    EXPECT_EQ(after["trace"]["repeats"]["counted"], 4);
    EXPECT_EQ(after["trace"]["repeats"]["failed"], 2);
    const json& repeats = after["groups"][0]["repeats"];
    EXPECT_EQ(repeats["grew_in"], 3);
    EXPECT_EQ(repeats["of"], 4);
    EXPECT_EQ(repeats["grows"], false);
    EXPECT_EQ(repeats["by"], json({2, 0, 2, 2}));
}

// The validator is the judge above, so it must be able to say no.
TEST(Json, ValidatorFindsEachKindOfError) {
    const json good = written(sample_report());
    const auto errors_after = [&good](const char* pointer, const json& value) {
        json bad = good;
        bad[json::json_pointer(pointer)] = value;
        return validate(schema(), bad).size();
    };
    EXPECT_EQ(errors_after("/complete", "yes"), 1u);
    EXPECT_EQ(errors_after("/trace/mode", "all"), 1u);
    EXPECT_EQ(errors_after("/groups/0/count", nullptr), 1u);
    EXPECT_EQ(errors_after("/groups/0/kernel_stack/2/offset", 0.5), 1u);
    EXPECT_EQ(errors_after("/groups/1/new_field", 1), 1u);
    EXPECT_EQ(errors_after("/groups/0/objects/0/stages/released", "never"), 1u);
    json missing = good;
    missing.erase("totals");
    EXPECT_EQ(validate(schema(), missing).size(), 1u);
}

TEST(Json, UnknownNumbersAreNullNotZero) {
    const json report = written(sample_report());
    const json& unknown = report["groups"][2];
    for (const char* field :
         {"bytes", "object_bytes", "growth_per_s", "age_ns", "confidence", "interval",
          "missing_stage", "pattern", "directory", "reclaimable", "reclaim"})
        EXPECT_TRUE(unknown[field].is_null()) << field;
    EXPECT_TRUE(unknown["user_stack"][0]["offset"].is_null());
    EXPECT_TRUE(unknown["user_stack"][0]["line"].is_null());
    EXPECT_TRUE(report["coverage"][1]["kernel_delta"].is_null());
    EXPECT_TRUE(report["groups"][0]["objects"][0]["stages"]["accepted"].is_null());
    EXPECT_TRUE(report["reclaim"]["slab_after"].is_null());
    EXPECT_TRUE(report["reclaim"]["after"]["bytes"].is_null());
    EXPECT_EQ(report["reclaim"]["after"]["negative"], 0);
    EXPECT_TRUE(written(clean_report())["dentries"].is_null());
    EXPECT_TRUE(written(clean_report())["reclaim"].is_null());
    EXPECT_TRUE(written(clean_report())["trace"]["command"].is_null());
    EXPECT_TRUE(written(clean_report())["trace"]["command_status"].is_null());
}

TEST(Json, NumbersThatAreNoNumbersAreNull) {
    Report report = sample_report();
    report.groups[0].growth_per_s = std::numeric_limits<double>::infinity();
    report.groups[0].confidence = std::numeric_limits<double>::quiet_NaN();
    EXPECT_TRUE(written(report)["groups"][0]["growth_per_s"].is_null());
    EXPECT_TRUE(written(report)["groups"][0]["confidence"].is_null());
}

TEST(Json, KeepsValuesExactly) {
    const json report = written(sample_report());
    EXPECT_EQ(report["groups"][0]["objects"][0]["address"], "0xffff888103a5c000");
    EXPECT_EQ(report["groups"][0]["count"], 1000);
    EXPECT_EQ(report["groups"][0]["age_ns"]["max"], 61'000'000'000);
    EXPECT_EQ(report["groups"][0]["user_stack"][1]["line"], 118);
    EXPECT_EQ(report["groups"][0]["user_stack"][3]["offset"], 0x1149);
    EXPECT_EQ(report["groups"][1]["class"], "dentry");
    EXPECT_EQ(report["groups"][1]["object_bytes"], 192);
    EXPECT_EQ(report["coverage"][1]["traced_delta"], -3);
    EXPECT_EQ(report["totals"]["young"], 37);
    EXPECT_EQ(report["trace"]["command_status"], 256);
    EXPECT_EQ(report["groups_omitted"], 4);
}

TEST(Json, EscapesBytesThatAreNoUtf8) {
    const json report = written(sample_report());
    EXPECT_EQ(report["groups"][2]["cache"], "kmalloc-\\x80");
    EXPECT_EQ(report["trace"]["command"][4], "a b\x1b[2J\\xff");
    EXPECT_EQ(report["groups"][0]["evidence"],
              "1 000 born, 0 freed in 1m 00s, straight line r²=0.99");
}

TEST(Json, SaysWhetherTheNumberOfLostEventsIsABound) {
    const auto hooks = written(sample_report())["hooks"];
    EXPECT_EQ(hooks[0]["events_lost"], 3);
    EXPECT_EQ(hooks[0]["events_lost_exact"], true);
    EXPECT_TRUE(hooks[1]["events_lost"].is_null());
    EXPECT_TRUE(hooks[1]["events_lost_exact"].is_null());
}

TEST(Json, SaysWhoGaveUpWhatIsPending) {
    Report report = sample_report();
    const json by = written(report)["groups"][4]["given_up_by"];
    EXPECT_EQ(by["pid"], 4712);
    EXPECT_EQ(by["comm"], "r\x1b[2J");
    EXPECT_EQ(by["context"], "process");
    EXPECT_EQ(by["kernel_stack"][1]["function"], "fib_release_info");
    EXPECT_TRUE(written(report)["groups"][0]["given_up_by"].is_null());
    report.groups[4].given_up_by = GivenUp{0, "", "softirq", {}};
    EXPECT_THAT(validate(schema(), written(report)), IsEmpty());
    EXPECT_TRUE(written(report)["groups"][4]["given_up_by"]["pid"].is_null());
}

TEST(Json, SampleOfOneIsTheNumberOne) {
    EXPECT_TRUE(written(clean_report())["trace"]["sample"].is_number_integer());
    EXPECT_EQ(written(sample_report())["trace"]["sample"], 0.25);
}

TEST(Json, SaysWhatAnEstimateIsWorth) {
    Report report = sample_report();
    report.groups[0].estimated = true;
    report.groups[0].interval = Interval{930, 1077};
    const json estimate = written(report);
    EXPECT_THAT(validate(schema(), estimate), IsEmpty());
    EXPECT_EQ(estimate["groups"][0]["interval"], json::array({930, 1077}));
    EXPECT_EQ(estimate["trace"]["sample_asked"], 1);
    EXPECT_EQ(estimate["trace"]["sampled_after_ns"], 12'000'000'000);
    EXPECT_TRUE(written(clean_report())["trace"]["sampled_after_ns"].is_null());
}

TEST(Json, IsIndentedInSchemaOrderAndEndsWithALineEnd) {
    const std::string text = to_json(sample_report());
    EXPECT_THAT(text, StartsWith("{\n  \"schema\": \"unfreed-report/1\",\n  \"tool\": {\n    "));
    EXPECT_EQ(text.back(), '\n');
    std::size_t at = 0;
    for (const char* key :
         {"\n  \"host\"", "\n  \"trace\"", "\n  \"complete\"", "\n  \"losses\"", "\n  \"hooks\"",
          "\n  \"coverage\"", "\n  \"totals\"", "\n  \"groups\""}) {
        const std::size_t found = text.find(key);
        ASSERT_NE(found, text.npos) << key;
        EXPECT_GT(found, at) << key;
        at = found;
    }
    EXPECT_EQ(text, to_json(sample_report()));
}

TEST(Json, AVerdictHasTheNumbersItWasMadeFrom) {
    const json groups = written(sample_report())["groups"];
    const json& facts = groups[0]["facts"];
    EXPECT_EQ(facts["structure"], "none");
    EXPECT_EQ(facts["gates"]["survivors"], 880);
    EXPECT_EQ(facts["gates"]["steady"], true);
    EXPECT_TRUE(facts["confidence_at_half"].is_null());
    EXPECT_TRUE(groups[1]["facts"]["gates"].is_null());
}

} // namespace
} // namespace unfreed::testing
