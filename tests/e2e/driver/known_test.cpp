// SPDX-License-Identifier: BSD-2-Clause
// What is known already: suppressions and baselines, and what is new beside them. Two leaks are
// recorded once, and judged many times.
#include "tool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace unfreed::e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr int kFails = 3;

class Known : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        folder_ = new TempDir;
        recorded_ = record("leak.unfreed", "30");
        larger_ = record("larger.unfreed", "90");
    }
    static void TearDownTestSuite() {
        delete folder_;
        folder_ = nullptr;
    }
    void SetUp() override {
        for (const Finished& one : {recorded_, larger_})
            ASSERT_TRUE(one.status == 0 || one.status == 4) << one.err;
    }

    static Finished record(const std::string& name, const std::string& sockets) {
        std::vector<std::string> words{tool_path(), "run",      "-q",      "--class",
                                       "socket",    "--record", path(name)};
        for (const std::string& word : extra_options())
            words.push_back(word);
        words.insert(words.end(), {"--", program_path("tcp_leaker"), sockets, "--hold", "1"});
        return run(words);
    }

    static std::string path(const std::string& name) { return folder_->path + "/" + name; }
    static std::string recording() { return path("leak.unfreed"); }
    static std::string larger() { return path("larger.unfreed"); }

    static std::string write(const std::string& name, const std::string& text) {
        std::ofstream(path(name)) << text;
        return path(name);
    }

    static Finished judge(const std::vector<std::string>& options) {
        std::vector<std::string> words{tool_path(), "report", recording(), "--fail-on", "look"};
        words.insert(words.end(), options.begin(), options.end());
        return run(words);
    }

    static TempDir* folder_;
    static Finished recorded_;
    static Finished larger_;
};

TempDir* Known::folder_ = nullptr;
Finished Known::recorded_;
Finished Known::larger_;

TEST_F(Known, GeneratedRulesHideWhatTheyWereMadeOf) {
    ASSERT_EQ(judge({}).status, kFails);
    const std::string rules = path("generated.supp");
    const Finished made = judge({"--gen-suppressions", rules});
    EXPECT_EQ(made.status, kFails);
    EXPECT_THAT(made.out, HasSubstr("tcp_leaker")) << "the report is made, too";
    const Finished hidden = judge({"--suppressions", rules});
    EXPECT_EQ(hidden.status & ~4, 0) << hidden.err << hidden.out;
    EXPECT_THAT(hidden.out, HasSubstr("Hidden by"));
    EXPECT_THAT(hidden.out, HasSubstr("Nothing but what is known"));
    EXPECT_THAT(hidden.out, Not(HasSubstr("30 TCP sockets by")));
    const Json json =
        Json::parse(judge({"--suppressions", rules, "--format", "json"}).out, nullptr, false);
    ASSERT_FALSE(json.is_discarded());
    std::uint64_t objects = 0;
    for (const Json& rule : json["suppressions"])
        objects += rule["objects"].get<std::uint64_t>();
    EXPECT_GE(objects, 30U);
}

TEST_F(Known, OtherRulesHideNothingAndAreNamed) {
    const std::string rules =
        write("other.supp", "{ somebody else\n  process: nginx\n}\nleak:no_such_function\n");
    const Finished shown = judge({"--suppressions", rules});
    EXPECT_EQ(shown.status, kFails);
    EXPECT_THAT(shown.out, HasSubstr("somebody else ("));
}

TEST_F(Known, ARuleAboveItsMaxFailsByItself) {
    const std::string rules =
        write("max.supp", "{ a few sockets\n  class: socket\n  max: 29 objects\n}\n");
    const Finished over = run({tool_path(), "report", recording(), "--suppressions", rules});
    EXPECT_EQ(over.status, kFails) << "without any --fail-on";
    EXPECT_THAT(over.err, HasSubstr("a few sockets (" + rules + ":1)"));
    EXPECT_THAT(over.out, HasSubstr("30 TCP sockets by"));
}

TEST_F(Known, AMistakeIsFoundBeforeAnyTrace) {
    const std::string rules = write("bad.supp", "{ a\n  colour: red\n}\n");
    const Finished refused =
        run({tool_path(), "run", "--suppressions", rules, "--", "/bin/echo", "it ran"});
    EXPECT_EQ(refused.status, 2);
    EXPECT_THAT(refused.err, HasSubstr(rules + ":2: "));
    EXPECT_THAT(refused.out, Not(HasSubstr("it ran")));
}

TEST_F(Known, ABaselineLeavesWhatIsNewOrGrown) {
    const std::string json = path("before.json");
    ASSERT_NE(judge({"--format", "json", "--top", "1000", "-o", json}).status, 1);
    for (const std::string& baseline : {json, recording()}) {
        const Finished same = judge({"--baseline", baseline});
        EXPECT_EQ(same.status & ~4, 0) << same.err << same.out;
        EXPECT_THAT(same.out, HasSubstr("Known from the baseline"));
        EXPECT_THAT(same.out, Not(HasSubstr("30 TCP sockets by")));
        const Finished more =
            run({tool_path(), "report", larger(), "--fail-on", "look", "--baseline", baseline});
        EXPECT_EQ(more.status, kFails) << more.err;
        EXPECT_THAT(more.out, HasSubstr("90 TCP sockets by"));
    }
    const Finished none = judge({"--baseline", program_path("tcp_leaker")});
    EXPECT_EQ(none.status, 1);
    EXPECT_THAT(none.err, HasSubstr("--baseline"));
}

TEST_F(Known, ADiffNamesTheLeakAndNothingElse) {
    const Finished text = run({tool_path(), "diff", recording(), larger()});
    EXPECT_EQ(text.status, 0) << text.err;
    EXPECT_THAT(text.out, HasSubstr("Grown beyond chance\n  90 TCP sockets by tcp_leaker"));
    const Finished json = run({tool_path(), "diff", recording(), larger(), "--format", "json"});
    const Json diff = Json::parse(json.out, nullptr, false);
    ASSERT_FALSE(diff.is_discarded()) << json.out << json.err;
    std::size_t told = 0;
    for (const Json& origin : diff["origins"])
        if (origin["told"]) {
            ++told;
            EXPECT_EQ(origin["process"], "tcp_leaker");
            EXPECT_EQ(origin["before"], 30);
            EXPECT_EQ(origin["after"], 90);
        }
    EXPECT_EQ(told, 1U) << json.out;
}

// Of thousands of call paths a host-wide trace shows one, and the next trace another.
TEST(KnownHost, AnotherPathToTheSameSocketsIsNotNew) {
    const TempDir folder;
    const Process churner({program_path("paths_churner"), "--seconds", "600"});
    std::vector<std::string> files;
    for (const char* name : {"/first", "/second"}) {
        files.push_back(folder.path + name);
        std::vector<std::string> words{tool_path(),  "trace", "-q",       "--class",   "socket",
                                       "--duration", "4s",    "--record", files.back()};
        for (const std::string& word : extra_options())
            words.push_back(word);
        const Finished traced = run(words);
        ASSERT_TRUE(traced.status == 0 || traced.status == 4) << traced.err;
    }
    const Finished diff = run({tool_path(), "diff", files[0], files[1], "--format", "json"});
    const Json json = Json::parse(diff.out, nullptr, false);
    ASSERT_FALSE(json.is_discarded()) << diff.err;
    std::size_t in_both = 0;
    for (const Json& origin : json["origins"])
        if (origin["process"] == "paths_churner") {
            in_both += origin["before"] != 0 && origin["after"] != 0 ? 1 : 0;
            EXPECT_FALSE(origin["told"] && (origin["before"] == 0 || origin["after"] == 0))
                << origin;
        }
    EXPECT_NE(in_both, 0U) << diff.out;
}

} // namespace
} // namespace unfreed::e2e
