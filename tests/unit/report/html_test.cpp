// SPDX-License-Identifier: BSD-2-Clause
// The html form as a file: what is in it, and that no name of the host can be more than text.
// tests/browser looks at what a browser makes of it.
#include "report/html_page.h"
#include "report/json.h"
#include "report/writer.h"
#include "sample_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <regex>

namespace unfreed::testing {
namespace {

using nlohmann::ordered_json;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string written(const Report& report) {
    return find_writer("html")->write(report, {});
}

std::string page_without_data() {
    std::string page;
    for (const std::string_view piece : page_before_data())
        page += piece;
    for (const std::string_view piece : page_after_data())
        page += piece;
    return page;
}

// What stands in the only element of data.
std::string data_text(const std::string& page) {
    const std::string open = R"(<script type="application/json" id="data">)";
    const std::size_t begin = page.find(open) + open.size();
    return page.substr(begin, page.find("</script>", begin) - begin);
}

void put_frames_back(ordered_json& stack, const ordered_json& frames) {
    for (ordered_json& frame : stack)
        frame = frames.at(frame.get<std::size_t>());
}

// The JSON report out of the page.
std::string report_in(const std::string& page) {
    ordered_json data = ordered_json::parse(data_text(page));
    ordered_json& report = data["report"];
    for (ordered_json& group : report["groups"]) {
        put_frames_back(group["kernel_stack"], data["frames"]);
        put_frames_back(group["user_stack"], data["frames"]);
        if (!group["given_up_by"].is_null())
            put_frames_back(group["given_up_by"]["kernel_stack"], data["frames"]);
    }
    for (ordered_json& moments : report["last_moments"])
        put_frames_back(moments["user_stack"], data["frames"]);
    return report.dump(2) + "\n";
}

Report with_last_moments() {
    Report report = sample_report();
    LastMoments moments;
    moments.comm = "worker";
    moments.user_stack = report.groups[0].user_stack;
    report.last_moments = {moments};
    return report;
}

TEST(Html, HasTheJsonReportWordByWord) {
    for (const Report& report : {with_last_moments(), clean_report(), Report()})
        EXPECT_EQ(report_in(written(report)), to_json(report));
}

TEST(Html, HasEachFrameOnce) {
    Report report = sample_report();
    const auto frames = [&] { return ordered_json::parse(data_text(written(report)))["frames"]; };
    const std::size_t before = frames().size();
    report.groups.push_back(report.groups[0]);
    EXPECT_EQ(frames().size(), before);
    report.groups[0].kernel_stack[0].offset += 1;
    EXPECT_EQ(frames().size(), before + 1);
}

TEST(Html, SaysWhatTheTextSays) {
    const ordered_json data = ordered_json::parse(data_text(written(sample_report())));
    EXPECT_EQ(data["words"].size(), data["report"]["groups"].size());
    EXPECT_EQ(data["words"][0]["what"], "TCP socket");
    EXPECT_EQ(data["words"][0]["site"], "inet_create");
    EXPECT_THAT(data["page"]["finding"][0].get<std::string>(),
                StartsWith("Leaking: 1 000 TCP sockets by tcp_leaker[4242]"));
    EXPECT_THAT(data["page"].dump(), Not(HasSubstr("--all")));
}

TEST(Html, IsSmallWithoutItsData) {
    EXPECT_LT(page_without_data().size(), 150'000U);
}

TEST(Html, IsWholeAndFetchesNothing) {
    const std::string page = page_without_data();
    EXPECT_THAT(page, StartsWith("<!DOCTYPE html>\n"));
    EXPECT_TRUE(page.ends_with("</html>\n"));
    EXPECT_THAT(page, HasSubstr("Content-Security-Policy"));
    EXPECT_THAT(page, HasSubstr("default-src 'none'"));
    // Namespaces of SVG are names, not addresses.
    const std::string fetched =
        std::regex_replace(page, std::regex("http://www\\.w3\\.org/2000/svg"), "");
    for (const char* never : {"http:", "https:", "//cdn", "src=", "@import", "url(", "innerHTML",
                              "outerHTML", "insertAdjacentHTML", "document.write", "eval(",
                              "new Function", " onclick=", " onload=", " style=", "unsafe-inline"})
        EXPECT_THAT(fetched, Not(HasSubstr(never))) << never;
    // No place was forgotten to be filled in.
    EXPECT_FALSE(std::regex_search(page, std::regex("@[A-Z_]+@")));
    EXPECT_TRUE(std::regex_search(page, std::regex("script-src 'sha256-[A-Za-z0-9+/]{43}='")));
}

// All that can stand in a name, alone and together.
TEST(Html, NamesCannotLeaveTheData) {
    const std::string attack = "</script><script>alert(1)</script><!--<img src=x onerror=alert(1)>"
                               "]]>&lt;\"'`\\u003c\u2028\u2029\u202e\x1b[2J\n\xff\xc0\xaf";
    Report report = sample_report();
    report.host.hostname = report.tool.build = attack;
    for (Group& group : report.groups) {
        group.cache = group.kind = group.evidence = group.advice = group.context = attack;
        for (Frame& frame : group.kernel_stack)
            frame.function = frame.module = frame.file = attack;
        for (ReportProcess& process : group.processes)
            process.comm = process.exe = attack;
    }
    const std::string page = written(report);
    const std::string data = data_text(page);
    EXPECT_EQ(page.size(), page_without_data().size() + data.size()) << "it ends where it should";
    EXPECT_THAT(data, Not(HasSubstr("<")));
    EXPECT_THAT(data, Not(HasSubstr(">")));
    EXPECT_THAT(data, Not(HasSubstr("&")));
    EXPECT_TRUE(std::all_of(data.begin(), data.end(),
                            [](char letter) { return letter >= ' ' && letter <= '~'; }));
    EXPECT_EQ(report_in(page), to_json(report));
}

} // namespace
} // namespace unfreed::testing
