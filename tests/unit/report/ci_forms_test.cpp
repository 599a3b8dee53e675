// SPDX-License-Identifier: BSD-2-Clause
// junit, sarif and github: what their readers enforce, and that hostile names stay names.
#include "report/writer.h"
#include "sample_report.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

namespace unfreed::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

std::string written(const char* name, const Report& report) {
    return find_writer(name)->write(report, {});
}

Group row(const char* id, Attention attention, const std::string& name) {
    Group group;
    group.id = id;
    group.object_class = ObjectClass::socket;
    group.socket = "TCP";
    group.kind = "never-closed";
    group.attention = attention;
    group.count = 3;
    group.evidence = "3 alive";
    group.advice = "close it";
    group.processes = {{7, name, "", "", "", true, 3}};
    Frame frame;
    frame.function = name;
    frame.module = name;
    group.kernel_stack = {frame};
    return group;
}

Report with(std::vector<Group> groups) {
    Report report = clean_report();
    report.trace.classes = {"socket", "slab"};
    report.groups = std::move(groups);
    return report;
}

constexpr const char* kHostile = "a\n::error::b]]>&<x y=\"%0A'\xff\x1b[2J";

std::size_t times(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1))
        ++count;
    return count;
}

TEST(CiForms, JunitHasATestForEachClassAndDegree) {
    const std::string xml =
        written("junit",
                with({row("a", Attention::leaking, "leaker"), row("b", Attention::look, "other")}));
    EXPECT_EQ(times(xml, "<testcase "), 7U); // three each, and one of the report
    EXPECT_EQ(times(xml, "<failure "), 2U);
    EXPECT_THAT(xml, HasSubstr("<testsuites name=\"unfreed\" tests=\"7\" failures=\"2\" "
                               "errors=\"0\">"));
    EXPECT_THAT(xml, HasSubstr("3 TCP sockets by leaker[7]"));
}

TEST(CiForms, JunitOfACleanRunPasses) {
    const std::string xml = written("junit", with({row("a", Attention::none, "leaker")}));
    EXPECT_EQ(times(xml, "<testcase "), 7U);
    EXPECT_EQ(times(xml, "<failure"), 0U);
}

TEST(CiForms, JunitCallsAnIncompleteReportAnError) {
    Report report = with({});
    report.complete = false;
    report.losses = {{"births_lost", 3, Severity::data_loss, "the table was full"}};
    const std::string xml = written("junit", report);
    EXPECT_EQ(times(xml, "<error "), 1U);
    EXPECT_THAT(xml, HasSubstr("births_lost: 3, the table was full"));
}

TEST(CiForms, EachSaysInHowManyRepeatsARowGrew) {
    Group grows = row("a", Attention::look, "leaker");
    grows.repeats = {2, 2, 2, 0, 2};
    Group once = row("b", Attention::none, "first_use");
    once.repeats = {2, 0, 0, 0, 0};
    const Report report = with({grows, once});
    for (const char* form : {"junit", "sarif", "github"}) {
        EXPECT_THAT(written(form, report), HasSubstr("grew by 2 in 4 of 5 repeats")) << form;
        EXPECT_THAT(written(form, report), Not(HasSubstr("first_use"))) << form;
    }
}

TEST(CiForms, NoNameBecomesMarkup) {
    const Report report = with({row("a", Attention::leaking, kHostile)});
    const std::string xml = written("junit", report);
    EXPECT_EQ(times(xml, "<x"), 0U);
    EXPECT_THAT(xml, Not(HasSubstr("\x1b")));
    const std::string github = written("github", report);
    EXPECT_EQ(times(github, "\n"), 1U) << "one command a line: " << github;
    EXPECT_THAT(github, HasSubstr("%250A"));
    EXPECT_TRUE(json::accept(written("sarif", report)));
}

TEST(CiForms, GithubShowsFiveRowsByTheirDegree) {
    std::vector<Group> groups;
    for (int i = 0; i < 7; ++i)
        groups.push_back(row("a", i == 6 ? Attention::leaking : Attention::suspect, "leaker"));
    const std::string text = written("github", with(std::move(groups)));
    EXPECT_TRUE(text.starts_with("::error title=unfreed%3A leaking::") ||
                text.starts_with("::error title=unfreed: leaking::"))
        << text;
    EXPECT_EQ(times(text, "::warning "), 4U);
    EXPECT_THAT(text, HasSubstr("2 more rows"));
    EXPECT_THAT(written("github", with({})), HasSubstr("::notice "));
}

TEST(CiForms, SarifHasAResultARowWithItsRule) {
    Group group = row("id1", Attention::suspect, "leaker");
    Frame user;
    user.function = "leak";
    user.file = "src/a b.c";
    user.line = 12;
    group.user_stack = {user};
    const json run = json::parse(written("sarif", with({group})))["runs"][0];
    const json& result = run["results"].at(0);
    EXPECT_EQ(result["ruleId"], "socket/never-closed");
    EXPECT_EQ(result["level"], "warning");
    EXPECT_EQ(result["partialFingerprints"]["unfreedGroup/v1"], "id1");
    const json& rule = run["tool"]["driver"]["rules"][0];
    EXPECT_EQ(rule["id"], "socket/never-closed");
    EXPECT_EQ(rule["name"], "SocketNeverClosed");
    EXPECT_EQ(rule["shortDescription"]["text"], "socket: never closed.");
    EXPECT_EQ(rule["help"]["text"], "close it");
    EXPECT_TRUE(run["tool"]["driver"].contains("informationUri"));
    const json& place = result["locations"][0]["physicalLocation"];
    EXPECT_EQ(place["artifactLocation"]["uri"], "src/a%20b.c");
    EXPECT_EQ(place["region"]["startLine"], 12);
    EXPECT_EQ(result["stacks"].size(), 2U);
}

} // namespace
} // namespace unfreed::testing
