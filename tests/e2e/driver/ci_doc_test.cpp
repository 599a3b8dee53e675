// SPDX-License-Identifier: BSD-2-Clause
// The examples of docs/ci.md, run as they stand there.
#include "tool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace unfreed::e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string contents_of(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// The first example in this language.
std::string example(const std::string& language) {
    const std::string page = contents_of(UNFREED_DOCS "/ci.md");
    const std::string begin = "\n```" + language + "\n";
    const std::size_t at = page.find(begin);
    if (at == page.npos)
        return "";
    const std::size_t first = at + begin.size();
    return page.substr(first, page.find("```", first) - first);
}

class CiExample : public testing::Test {
  protected:
    void SetUp() override {
        if (!std::filesystem::exists(UNFREED_DOCS "/ci.md"))
            GTEST_SKIP() << "the documents are not here";
        if (!extra_options().empty())
            GTEST_SKIP() << "the examples take no options of the test";
    }

    std::string path(const std::string& name) const { return folder_.path + "/" + name; }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(path(name)) << text;
    }

    // In a folder of its own, with the tool in PATH.
    Finished run_here(const std::string& command) const {
        const auto tool = std::filesystem::absolute(tool_path()).parent_path().string();
        return run({"/bin/sh", "-c",
                    "cd '" + folder_.path + "' && PATH='" + tool + "':$PATH && " + command});
    }

  private:
    TempDir folder_;
};

TEST_F(CiExample, OfARunnerFailsUntilTheLeakIsKnown) {
    write("leaks.sh", example("sh"));
    const auto leaker = std::filesystem::absolute(program_path("tcp_leaker")).string();
    // Of a program that ends at once a loaded host may not read the names of its functions in time.
    const std::string job = "TESTS='" + leaker + " 30 --hold 2' sh leaks.sh";
    const Finished found = run_here(job);
    EXPECT_EQ(found.status, 3) << found.err;
    EXPECT_THAT(found.err, HasSubstr("leaks: see leaks.xml"));
    EXPECT_THAT(found.out, HasSubstr("30 TCP sockets by tcp_leaker"));
    EXPECT_THAT(found.out, HasSubstr("::notice title=unfreed"));
    EXPECT_THAT(contents_of(path("leaks.xml")), HasSubstr("<failure"));
    EXPECT_THAT(contents_of(path("leaks.sarif")), HasSubstr("socket/never-closed"));
    EXPECT_THAT(contents_of(path("report.txt")), HasSubstr("tcp_leaker"));

    const Finished suppressed = run_here("cp draft.supp known.supp && " + job);
    EXPECT_EQ(suppressed.status & ~4, 0) << suppressed.err << suppressed.out;
    EXPECT_THAT(suppressed.out, HasSubstr("Hidden by 1 suppression: 1 row, 30 objects"));
    EXPECT_THAT(contents_of(path("leaks.xml")), Not(HasSubstr("<failure")));

    const Finished known = run_here("rm known.supp && cp leak.unfreed baseline.unfreed && " + job);
    EXPECT_EQ(known.status & ~4, 0) << known.err << known.out;
    EXPECT_THAT(known.out, HasSubstr("Known from the baseline baseline.unfreed"));
}

TEST_F(CiExample, OfPytestTellsAClientThatLeaks) {
    if (run({"/bin/sh", "-c", "command -v python3"}).status != 0)
        GTEST_SKIP() << "there is no python3";
    write("test_leaks.py", example("python") + "\n\ntest_client_closes_its_sockets()\n"
                                               "test_client_leaves_nothing_run_after_run()\n"
                                               "test_the_check_finds_what_is_left_open()\n"
                                               "print('both pass')\n");
    const Finished passed = run_here("python3 test_leaks.py");
    EXPECT_THAT(passed.out, HasSubstr("both pass")) << passed.err;
}

} // namespace
} // namespace unfreed::e2e
