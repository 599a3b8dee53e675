// SPDX-License-Identifier: BSD-2-Clause
// Sockets are told apart by the step of their end that never happened.
#include "kind_cases.h"
#include "tool.h"

#include <gtest/gtest.h>

#include <thread>

namespace unfreed::e2e {
namespace {

constexpr std::chrono::milliseconds kOldEnough{1500}; // --min-age and some

// Objects of a program by kind.
Kinds kinds_of(const Json& report, const std::string& comm) {
    Kinds kinds;
    constexpr std::size_t kCommBytes = 15;
    for (const Json& group : groups_of(report, "socket", comm.substr(0, kCommBytes)))
        kinds[group["kind"]] += group["count"].get<std::uint64_t>();
    return kinds;
}

// All groups of one kind as text, for what they must say.
std::string groups_text(const Json& report, const std::string& kind, const char* field) {
    std::string text;
    for (const Json& group : report["groups"])
        if (group["kind"] == kind)
            text += group[field].get<std::string>() + "\n";
    return text;
}

// Attaches to a leaker that waits, lets it leak, and takes the report while it holds everything.
Json trace_process(std::vector<std::string> program, pid_t& pid) {
    program.emplace_back("--wait-start");
    Process leaker(program);
    EXPECT_TRUE(leaker.wait_for("waiting"));
    pid = leaker.pid();
    Process tool(command({"trace", "-p", std::to_string(leaker.pid()), "--class", "socket",
                          "--min-age", "1s", "--duration", "1h"}));
    EXPECT_TRUE(tool.wait_for("tracing", true));
    leaker.signal(SIGUSR1);
    EXPECT_TRUE(leaker.wait_for("leaked"));
    std::this_thread::sleep_for(kOldEnough);
    tool.signal(SIGINT);
    return report_of(tool.finish());
}

// The same, host-wide: also what is made in softirq for nobody that can be told.
Json trace_host(const std::vector<std::string>& program, pid_t* pid = nullptr) {
    Process tool(command(
        {"trace", "--class", "socket", "--min-age", "1s", "--duration", "1h", "--top", "500"}));
    EXPECT_TRUE(tool.wait_for("tracing", true));
    Process leaker(program);
    EXPECT_TRUE(leaker.wait_for("leaked"));
    if (pid != nullptr)
        *pid = leaker.pid();
    std::this_thread::sleep_for(kOldEnough);
    tool.signal(SIGINT);
    return report_of(tool.finish());
}

// Of an open socket the program itself has a descriptor, or the child that inherited it.
void expect_holders(const Json& group, pid_t pid, bool inherited) {
    const std::string kind = group["kind"];
    const bool open = kind != "never-accepted" && kind != "in-flight" && kind != "no-descriptor" &&
                      !kind.starts_with("closed");
    std::uint64_t held = 0;
    for (const Json& holder : group["holders"]) {
        EXPECT_EQ(holder["pid"] == pid, !inherited) << group["holders"];
        held += holder["objects"].get<std::uint64_t>();
        EXPECT_GT(holder["fds"].size(), 0u);
    }
    EXPECT_EQ(held, open ? group["count"].get<std::uint64_t>() : 0u) << kind;
    EXPECT_EQ(group["held"], held) << kind;
}

class SocketKinds : public testing::TestWithParam<KindCase> {};

TEST_P(SocketKinds, AreToldApart) {
    const KindCase& tested = GetParam();
    TempDir dir;
    const auto program = kind_command(tested.program, "10", tested.kind, dir.path);
    pid_t pid = 0;
    const Json report = trace_process(program, pid);
    if (cannot_inspect(report))
        GTEST_SKIP() << "this kernel reads no single objects: kinds are not told apart";
    for (const Json& group : groups_of(report, "socket", tested.program.substr(0, 15)))
        expect_holders(group, pid, tested.program == "inherit_leaker");
    EXPECT_EQ(kinds_of(report, tested.program), tested.expected) << report["groups"].dump(1);
    const std::string evidence = groups_text(report, tested.evidence_of, "evidence");
    EXPECT_NE(evidence.find(tested.evidence), std::string::npos) << evidence;
    for (const auto& [kind, count] : tested.expected)
        EXPECT_GT(groups_text(report, kind, "advice").size(), 10u) << kind;
}

INSTANTIATE_TEST_SUITE_P(Leakers, SocketKinds, testing::ValuesIn(kind_cases()),
                         [](const auto& tested) { return tested.param.name; });

// The connections are made in softirq; whose they are only their listener tells.
TEST(SocketKind, NeverAcceptedNamesTheListener) {
    pid_t pid = 0;
    const Json report = trace_host(kind_command("tcpkind_leaker", "10", "unaccepted"), &pid);
    if (cannot_inspect(report))
        GTEST_SKIP() << "this kernel reads no single objects: kinds are not told apart";
    const std::string owner =
        "of tcpkind_leaker[" + std::to_string(pid) + "], 10 in a queue of at most 128";
    std::uint64_t count = 0;
    for (const Json& group : report["groups"])
        if (group["kind"] == "never-accepted" &&
            group["evidence"].get<std::string>().find(owner) != std::string::npos) {
            EXPECT_EQ(group["missing_stage"], "accepted");
            // That of whoever connects says nothing of the listener's program.
            EXPECT_TRUE(group["user_stack"].empty()) << group["user_stack"];
            count += group["count"].get<std::uint64_t>();
        }
    EXPECT_EQ(count, 10u) << report["groups"].dump(1);
    EXPECT_EQ(kinds_of(report, "tcpkind_leaker")["not-accepting"], 1u);
}

} // namespace
} // namespace unfreed::e2e
