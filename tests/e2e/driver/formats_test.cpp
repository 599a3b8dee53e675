// SPDX-License-Identifier: BSD-2-Clause
// Several reports of one trace, each in a form of its own: the numbers are the same.
#include "tool.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace unfreed::e2e {
namespace {

std::string contents_of(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

// Of what is outstanding; what waits for RCU is not.
std::uint64_t folded_sum(const std::string& folded) {
    std::uint64_t sum = 0;
    std::istringstream lines(folded);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t blank = line.rfind(' ');
        if (!line.substr(0, blank).ends_with(" rcu-pending"))
            sum += std::stoull(line.substr(blank + 1));
    }
    return sum;
}

// The report that a page carries.
Json report_in(const std::string& page) {
    const std::string open = "id=\"data\">";
    const std::size_t begin = page.find(open) + open.size();
    return Json::parse(page.substr(begin, page.find("</script>", begin) - begin))["report"];
}

TEST(Formats, OneTraceManyReportsWithTheSameNumbers) {
    const TempDir folder;
    const std::string base = folder.path + "/report";
    const Finished finished =
        run(command({"run", "--class", "socket,dentry", "--top", "1", "-o", base + ".json", "-o",
                     "text=" + base + ".txt", "-o", "folded=" + base + ".folded", "-o",
                     "speedscope=" + base + ".speedscope", "-o", "openmetrics=" + base + ".prom",
                     "-o", "pprof=" + base + ".pb.gz", "-o", "html=" + base + ".html"},
                    {"--", program_path("unix_leaker"), "100"}));
    ASSERT_TRUE(finished.status == 0 || finished.status == 4) << finished.err;
    const Json report = Json::parse(contents_of(base + ".json"));
    EXPECT_EQ(report["groups"].size(), 1U);
    EXPECT_GT(report["groups_omitted"], 0) << "a directory is made for the sockets, too";
    const std::string folded = contents_of(base + ".folded");
    EXPECT_EQ(folded_sum(folded), report["totals"]["outstanding"]) << folded;
    EXPECT_NE(folded.find("unix_leaker;"), std::string::npos) << folded;
    const Json scope = Json::parse(contents_of(base + ".speedscope"));
    EXPECT_GE(scope["profiles"][0]["endValue"], report["totals"]["outstanding"]);
    const std::string metrics = contents_of(base + ".prom");
    EXPECT_TRUE(metrics.ends_with("# EOF\n")) << metrics;
    EXPECT_NE(metrics.find("unfreed_complete " + std::string(report["complete"] ? "1" : "0")),
              std::string::npos);
    EXPECT_NE(contents_of(base + ".txt").find("unix_leaker"), std::string::npos);
    EXPECT_TRUE(contents_of(base + ".pb.gz").starts_with("\x1f\x8b"));
    const Json page = report_in(contents_of(base + ".html"));
    EXPECT_EQ(page["totals"], report["totals"]);
    EXPECT_EQ(page["groups"].size(), 1 + report["groups_omitted"].get<std::uint64_t>());
    EXPECT_EQ(page["groups"][0]["id"], report["groups"][0]["id"]);
}

} // namespace
} // namespace unfreed::e2e
