// SPDX-License-Identifier: BSD-2-Clause
// The registry, and the writers that are no part of a report for readers. Rules that other programs
// enforce: folded needs one line a stack, speedscope indices within its frames and weights that add
// up, metrics one series a set of labels.
#include "report/json.h"
#include "report/text.h"
#include "report/writer.h"
#include "sample_report.h"
#include "support/golden.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>

namespace unfreed::testing {
namespace {

using nlohmann::json;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;

std::string written(const char* name, const Report& report, const Sheet& sheet = {}) {
    const Writer* writer = find_writer(name);
    return writer ? writer->write(report, sheet) : "there is no writer " + std::string(name);
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        lines.push_back(line);
    return lines;
}

// Of a group that has every name that could break a format.
Report hostile_report() {
    Report report = clean_report();
    Group group;
    group.id = "bad";
    group.cache = "a;b\"c\\d\n# EOF\n";
    group.count = 3;
    group.bytes = 96;
    group.processes = {{7, "#!\n;\xff \"} 9", "", "", "", true, 3}};
    Frame frame;
    frame.function = "f(\";\n\x1b[2J\") 12";
    group.kernel_stack = {frame};
    report.groups = {group};
    return report;
}

TEST(Writers, AreFoundByName) {
    std::set<std::string_view> names;
    for (const Writer* writer : all_writers()) {
        EXPECT_TRUE(names.insert(writer->name).second) << writer->name;
        EXPECT_FALSE(writer->help.empty());
        EXPECT_EQ(find_writer(writer->name), writer);
    }
    EXPECT_THAT(names, IsSupersetOf({"text", "json", "folded", "speedscope", "openmetrics"}));
    EXPECT_EQ(find_writer("xml"), nullptr);
    EXPECT_THAT(writer_names(), HasSubstr("json, "));
}

TEST(Writers, TextAndJsonAreThoseOfTheReport) {
    const Report report = sample_report();
    EXPECT_EQ(written("json", report), to_json(report));
    EXPECT_EQ(written("text", report, {.width = 100}), to_text(report, {.width = 100}));
}

TEST(Writers, ForReadersThereAreTheFirstRowsOnly) {
    const Report report = sample_report();
    const json cut = json::parse(written("json", report, {.top = 2}));
    EXPECT_EQ(cut["groups"].size(), 2U);
    EXPECT_EQ(cut["groups_omitted"], report.groups_omitted + report.groups.size() - 2);
    for (const Writer* writer : all_writers()) {
        if (!writer->every_group)
            continue;
        EXPECT_EQ(writer->write(report, {.top = 1}), writer->write(report, {})) << writer->name;
    }
}

TEST(Folded, LooksAsCheckedIn) {
    expect_golden("report.folded", written("folded", sample_report()));
    expect_golden("report_bytes.folded", written("folded-bytes", sample_report()));
}

TEST(Folded, EachLineIsAStackAndANumber) {
    for (const Report& report : {sample_report(), hostile_report()})
        for (const std::string& line : lines_of(written("folded", report))) {
            EXPECT_TRUE(std::regex_match(line, std::regex("[^;#][^;]*(;[^;]+)+ [0-9]+"))) << line;
            EXPECT_THAT(line, Not(ContainsRegex("[[:cntrl:]]")));
        }
    EXPECT_EQ(lines_of(written("folded", hostile_report())).size(), 1U);
    EXPECT_EQ(written("folded", clean_report()), "");
}

TEST(Folded, EqualPathsAreOneLine) {
    Report report = sample_report();
    report.groups.push_back(report.groups[0]);
    EXPECT_THAT(written("folded", report), HasSubstr(" 2000\n"));
}

TEST(Folded, HasNothingThatIsNotJudgedOrOfUnknownSize) {
    EXPECT_THAT(written("folded", sample_report()), Not(HasSubstr("maple_node")));
    EXPECT_THAT(written("folded", sample_report()), HasSubstr("kmalloc-\\x80 live 1\n"));
    EXPECT_THAT(written("folded-bytes", sample_report()), Not(HasSubstr("kmalloc-\\x80")));
}

void expect_profile(const json& profile, std::size_t frames, std::uint64_t sum) {
    EXPECT_EQ(profile["type"], "sampled");
    ASSERT_EQ(profile["samples"].size(), profile["weights"].size());
    EXPECT_EQ(profile["startValue"], 0);
    EXPECT_EQ(profile["endValue"], sum);
    std::uint64_t weights = 0;
    for (const json& weight : profile["weights"])
        weights += weight.get<std::uint64_t>();
    EXPECT_EQ(weights, sum);
    for (const json& sample : profile["samples"])
        for (const json& frame : sample)
            EXPECT_LT(frame.get<std::size_t>(), frames);
}

TEST(Speedscope, LooksAsCheckedIn) {
    expect_golden("report.speedscope.json", written("speedscope", sample_report()));
}

TEST(Speedscope, WeightsAreThoseOfTheGroups) {
    const Report report = sample_report();
    std::uint64_t objects = 0;
    std::uint64_t bytes = 0;
    for (const Group& group : report.groups)
        if (group.judged) {
            objects += group.count;
            bytes += group.bytes.value_or(0);
        }
    const json file = json::parse(written("speedscope", report));
    EXPECT_EQ(file["$schema"], "https://www.speedscope.app/file-format-schema.json");
    const std::size_t frames = file["shared"]["frames"].size();
    ASSERT_EQ(file["profiles"].size(), 2U);
    expect_profile(file["profiles"][0], frames, objects);
    expect_profile(file["profiles"][1], frames, bytes);
    EXPECT_EQ(file["profiles"][1]["unit"], "bytes");
    // The outermost first.
    const json& names = file["shared"]["frames"];
    EXPECT_EQ(names[file["profiles"][0]["samples"][0][0].get<std::size_t>()]["name"], "tcp_leaker");
}

TEST(Speedscope, StandsAnyName) {
    EXPECT_EQ(json::parse(written("speedscope", hostile_report()))["profiles"][0]["endValue"], 3);
    EXPECT_EQ(json::parse(written("speedscope", clean_report()))["profiles"][0]["endValue"], 0);
}

// Reads what Prometheus reads: (series: value), nothing else than comments beside.
std::map<std::string, std::string> series_of(const std::string& text) {
    const std::regex sample(
        R"re(([a-z_]+(\{[a-z]+="([^"\\]|\\.)*"(,[a-z]+="([^"\\]|\\.)*")*\})?) )re"
        R"re(([-+0-9.e]+))re");
    std::map<std::string, std::string> series;
    for (const std::string& line : lines_of(text)) {
        if (line.starts_with("# HELP ") || line.starts_with("# TYPE ") || line == "# EOF")
            continue;
        std::smatch match;
        EXPECT_TRUE(std::regex_match(line, match, sample)) << line;
        EXPECT_TRUE(series.emplace(match[1], match[6]).second) << "twice: " << line;
    }
    return series;
}

TEST(OpenMetrics, LooksAsCheckedIn) {
    expect_golden("report.prom", written("openmetrics", sample_report()));
}

TEST(OpenMetrics, IsReadByTheRules) {
    const std::string text = written("openmetrics", sample_report());
    EXPECT_TRUE(text.ends_with("\n# EOF\n"));
    const auto series = series_of(text);
    EXPECT_EQ(series.at("unfreed_objects{class=\"socket\"}"), "1000");
    EXPECT_EQ(series.at("unfreed_complete"), "0");
    const auto hostile = series_of(written("openmetrics", hostile_report()));
    EXPECT_EQ(hostile.at("unfreed_objects{class=\"slab\"}"), "3");
    EXPECT_EQ(lines_of(written("openmetrics", hostile_report())).back(), "# EOF");
}

TEST(OpenMetrics, ManyGroupsAreFewSeriesAndTheirSum) {
    Report report = clean_report();
    for (int i = 0; i < 500; ++i) {
        Group group;
        group.id = std::to_string(i);
        group.count = 2;
        group.growth_per_s = 0.0 / 1;
        report.groups.push_back(group);
    }
    report.groups[0].growth_per_s = std::numeric_limits<double>::quiet_NaN();
    const auto series = series_of(written("openmetrics", report));
    EXPECT_LT(series.size(), 200U);
    EXPECT_EQ(series.at("unfreed_objects{class=\"slab\"}"), "1000");
}

} // namespace
} // namespace unfreed::testing
