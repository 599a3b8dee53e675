// SPDX-License-Identifier: BSD-2-Clause
// `unfreed run --repeat`: what grows with the repeats is found and fails, what does not does not.
#include "tool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <numeric>
#include <regex>

namespace unfreed::e2e {
namespace {

using testing::HasSubstr;

constexpr int kRepeats = 17;
constexpr int kWarmup = 3;
constexpr int kRuns = kRepeats + kWarmup;

// Has what kept_leaker sends it, until it goes.
class Keeper {
  public:
    Keeper() : name_("unfreed-e2e-" + std::to_string(::getpid())) {
        EXPECT_TRUE(process_.wait_for("keeping"));
    }
    const std::string& name() const { return name_; }

  private:
    std::string name_;
    Process process_{{program_path("kept_leaker"), "keep", name_}};
};

std::vector<std::string> repeated(std::vector<std::string> options,
                                  const std::vector<std::string>& program) {
    std::vector<std::string> words{
        "run",       "--repeat", std::to_string(kRepeats), "--warmup", std::to_string(kWarmup),
        "--fail-on", "look"};
    words.insert(words.end(), options.begin(), options.end());
    std::vector<std::string> tail{"--"};
    tail.insert(tail.end(), program.begin(), program.end());
    return command(words, tail);
}

std::uint64_t sum_of(const Json& repeats) {
    return std::accumulate(
        repeats["by"].begin(), repeats["by"].end(), std::uint64_t{0},
        [](std::uint64_t sum, const Json& one) { return sum + one.get<std::uint64_t>(); });
}

// The report of a trace that may have failed.
Json reported(const Finished& finished) {
    const Json report = Json::parse(finished.out, nullptr, false);
    EXPECT_TRUE(report.is_object()) << finished.err;
    return report.is_object() ? report : Json::object();
}

// Lines are broken where they are full.
std::string in_one_line(const std::string& text) {
    return std::regex_replace(text, std::regex("\\s+"), " ");
}

std::string contents_of(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// The planted leak: two a run, which outlive it.
TEST(Repeat, FindsWhatEachRunLeavesToADaemon) {
    const Keeper keeper;
    const TempDir folder;
    const std::string text = folder.path + "/report.txt", junit = folder.path + "/leaks.xml";
    const Finished finished =
        run(repeated({"--class", "socket", "-o", "-", "-o", "text=" + text, "-o", "junit=" + junit},
                     {program_path("kept_leaker"), "2", "--keeper", keeper.name()}));
    EXPECT_EQ(finished.status, 3) << finished.err;
    EXPECT_THAT(finished.err, HasSubstr("--fail-on look: 40 objects"));
    const Json report = reported(finished);
    const auto groups = groups_of(report, "socket", "kept_leaker");
    ASSERT_EQ(groups.size(), 1u) << finished.out;
    EXPECT_EQ(groups[0]["count"], 2 * kRuns);
    EXPECT_EQ(groups[0]["repeats"]["by"], Json(std::vector<int>(kRepeats, 2))) << groups[0];
    EXPECT_EQ(groups[0]["repeats"]["grew_in"], kRepeats);
    EXPECT_EQ(groups[0]["repeats"]["grows"], true);
    EXPECT_EQ(groups[0]["processes"].size(), std::size_t{kRuns});
    EXPECT_EQ(report["trace"]["repeats"]["ended"], kRuns);
    EXPECT_EQ(report["trace"]["repeats"]["counted"], kRepeats);
    EXPECT_EQ(report["trace"]["repeats"]["failed"], 0);
    EXPECT_EQ(report["trace"]["command_status"], 0);
    EXPECT_EQ(report["trace"]["targets"].size(), std::size_t{kRuns});
    EXPECT_THAT(in_one_line(contents_of(text)), HasSubstr("grew by 2 in 17 of 17 repeats"));
    EXPECT_THAT(in_one_line(contents_of(text)), HasSubstr("20 times (3 to warm up)"));
    EXPECT_THAT(contents_of(junit), HasSubstr("grew by 2 in 17 of 17 repeats"));
}

// A first-use cache: without repeats it is a leak as any other.
TEST(Repeat, DoesNotFailOnWhatIsMadeOnce) {
    const Keeper keeper;
    const TempDir folder;
    const std::vector<std::string> program{
        program_path("kept_leaker"), "5", "--keeper", keeper.name(), "--once", folder.path + "/f"};
    std::vector<std::string> once{"--"};
    once.insert(once.end(), program.begin(), program.end());
    EXPECT_EQ(run(command({"run", "--class", "socket", "--fail-on", "look"}, once)).status, 3);
    ASSERT_EQ(::unlink((folder.path + "/f").c_str()), 0);

    // With the first use in a run that counts.
    std::vector<std::string> words = repeated({"--class", "socket"}, program);
    words.erase(std::find(words.begin(), words.end(), "--warmup"),
                std::find(words.begin(), words.end(), "--fail-on"));
    const Finished finished = run(words);
    EXPECT_EQ(finished.status & ~4, 0) << finished.err;
    const Json report = reported(finished);
    const auto groups = groups_of(report, "socket", "kept_leaker");
    ASSERT_EQ(groups.size(), 1u) << finished.out;
    EXPECT_EQ(groups[0]["count"], 5);
    EXPECT_EQ(groups[0]["repeats"]["grew_in"], 1) << groups[0]["repeats"];
    EXPECT_EQ(groups[0]["attention"], "none");
    EXPECT_EQ(report["alive"][0]["reason"], "few-repeats") << report["alive"];
}

TEST(Repeat, FindsWhatEachRunLeavesToItsExit) {
    const Finished finished =
        run(repeated({"--class", "socket"}, {program_path("tcp_leaker"), "1"}));
    EXPECT_EQ(finished.status, 3) << finished.err;
    const auto groups = groups_of(reported(finished), "socket", "tcp_leaker");
    ASSERT_EQ(groups.size(), 1u) << finished.out;
    EXPECT_EQ(groups[0]["count"], kRuns);
    EXPECT_EQ(groups[0]["released_at_exit"], kRuns);
    EXPECT_EQ(groups[0]["repeats"]["by"], Json(std::vector<int>(kRepeats, 1))) << groups[0];
}

// What a child of the command goes on holding is judged when it is old enough, that of the last run
// too.
TEST(Repeat, WaitsUntilTheYoungestIsOldEnough) {
    const Finished finished =
        run(repeated({"--class", "socket", "--min-age", "2s"},
                     {"/bin/sh", "-c",
                      program_path("tcp_leaker") + " 3 --hold 90 >/dev/null 2>&1 & sleep 0.3"}));
    EXPECT_EQ(finished.status, 3) << finished.err;
    const auto groups = groups_of(reported(finished), "socket", "tcp_leaker");
    std::uint64_t grew = 0;
    for (const Json& group : groups)
        grew += sum_of(group["repeats"]);
    // On a loaded host one may begin after its run has ended, and then counts with the next.
    EXPECT_NEAR(static_cast<double>(grew), 3 * kRepeats, 3) << finished.out;
}

class RepeatOfACleanProgram : public testing::TestWithParam<std::vector<std::string>> {};

TEST_P(RepeatOfACleanProgram, Passes) {
    std::vector<std::string> program = GetParam();
    if (program[0].find('/') == std::string::npos)
        program[0] = program_path(program[0]);
    const Finished finished = run(repeated({}, program));
    EXPECT_EQ(finished.status & ~4, 0) << finished.err; // 4: something was lost
    const Json report = reported(finished);
    EXPECT_EQ(report["trace"]["repeats"]["counted"], kRepeats);
    for (const Json& group : report["groups"])
        if (group["judged"] == true && group["attention"] != "none")
            ADD_FAILURE() << group.dump().substr(0, 3000);
}

INSTANTIATE_TEST_SUITE_P(
    Programs, RepeatOfACleanProgram,
    testing::Values(std::vector<std::string>{"/bin/true"},
                    std::vector<std::string>{"/bin/sh", "-c", "/bin/cat /etc/hostname | /bin/cat"},
                    std::vector<std::string>{"socket_churner", "200", "--kind", "mix"},
                    std::vector<std::string>{"fork_churner", "3"}),
    [](const auto& tested) { return "n" + std::to_string(tested.index); });

TEST(Repeat, TellsWhichRunsFailed) {
    const TempDir folder;
    const std::string script =
        "echo >>" + folder.path + "/n; test $(wc -l <" + folder.path + "/n) -lt 5 || exit 7";
    const Finished finished = run(command(
        {"run", "--class", "socket", "--repeat", "4", "--warmup", "2", "--exit-with", "command"},
        {"--", "/bin/sh", "-c", script}));
    EXPECT_EQ(finished.status, 7) << finished.err;
    const Json report = reported(finished);
    EXPECT_EQ(report["trace"]["repeats"]["failed"], 2);
    EXPECT_EQ(report["trace"]["command_status"], 7 << 8);
}

TEST(Repeat, EndsWithTheReportOfWhatRan) {
    Process tool(command({"run", "--class", "socket", "--repeat", "50"},
                         {"--", "/bin/sh", "-c", "echo ran >&2; sleep 1"}));
    ASSERT_TRUE(tool.wait_for("ran\nran\nran", true));
    tool.signal(SIGTERM);
    const Finished finished = tool.finish();
    const Json report = reported(finished);
    const std::uint64_t counted = report["trace"]["repeats"]["counted"];
    EXPECT_GE(counted, 2u) << finished.err;
    EXPECT_LT(counted, 50u);
    EXPECT_EQ(report["trace"]["repeats"]["asked"], 50);
}

TEST(Repeat, IsToldAgainFromARecording) {
    const Keeper keeper;
    const TempDir folder;
    const std::string file = folder.path + "/leak.unfreed";
    const Finished finished =
        run(repeated({"--class", "socket", "--record", file},
                     {program_path("kept_leaker"), "2", "--keeper", keeper.name()}));
    const Finished told = run({tool_path(), "report", file, "--fail-on", "look", "--all"});
    EXPECT_EQ(told.status, 3) << told.err;
    EXPECT_THAT(in_one_line(told.out), HasSubstr("grew by 2 in 17 of 17 repeats"));
    EXPECT_THAT(in_one_line(told.out), HasSubstr("20 times (3 to warm up)"));
}

TEST(Repeat, OfWhatCannotRunIsAnError) {
    const TempDir folder;
    const std::string program = folder.path + "/vanishes";
    std::ofstream(program) << "#!/bin/sh\nrm " << program << "\n";
    ASSERT_EQ(::chmod(program.c_str(), 0700), 0);
    const Finished finished =
        run(command({"run", "--class", "socket", "--repeat", "3"}, {"--", program}));
    EXPECT_EQ(finished.status, 1) << finished.err;
    EXPECT_THAT(finished.err, HasSubstr("cannot run " + program));
}

} // namespace
} // namespace unfreed::e2e
