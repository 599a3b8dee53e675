// SPDX-License-Identifier: BSD-2-Clause
// Sockets are told apart by the step of their end that never happened.
#include "tool.h"

#include <gtest/gtest.h>

#include <map>
#include <ostream>
#include <thread>

namespace unfreed::e2e {
namespace {

constexpr std::chrono::milliseconds kOldEnough{1500}; // --min-age and some

using Kinds = std::map<std::string, std::uint64_t>;

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

std::vector<std::string> leaker_command(const std::string& program, const std::string& count,
                                        const std::string& kind) {
    std::vector<std::string> words{
        program_path(program), count, "--hold", "forever", "--kind", kind};
    if (kind.empty())
        words.resize(4);
    return words;
}

// Attaches to a leaker that waits, lets it leak, and takes the report while it holds everything.
Json trace_process(std::vector<std::string> program) {
    program.emplace_back("--wait-start");
    Process leaker(program);
    EXPECT_TRUE(leaker.wait_for("waiting"));
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

struct KindCase {
    std::string name, program, kind;
    Kinds expected;
    std::string evidence_of, evidence; // of groups of this kind
};

void PrintTo(const KindCase& tested, std::ostream* out) {
    *out << tested.name;
}

class SocketKinds : public testing::TestWithParam<KindCase> {};

TEST_P(SocketKinds, AreToldApart) {
    const KindCase& tested = GetParam();
    TempDir dir;
    auto program = leaker_command(tested.program, "10", tested.kind);
    if (tested.program == "unixkind_leaker")
        program.insert(program.end(), {"--dir", dir.path});
    const Json report = trace_process(program);
    EXPECT_EQ(kinds_of(report, tested.program), tested.expected) << report["groups"].dump(1);
    const std::string evidence = groups_text(report, tested.evidence_of, "evidence");
    EXPECT_NE(evidence.find(tested.evidence), std::string::npos) << evidence;
    for (const auto& [kind, count] : tested.expected)
        EXPECT_GT(groups_text(report, kind, "advice").size(), 10u) << kind;
}

INSTANTIATE_TEST_SUITE_P(
    Leakers, SocketKinds,
    testing::Values(
        KindCase{"never_closed", "udp_leaker", "", {{"never-closed", 10}}, "never-closed", "10 "},
        KindCase{"close_wait",
                 "accept_leaker",
                 "",
                 {{"never-closed-peer-gone", 10}},
                 "never-closed-peer-gone",
                 "10 in CLOSE-WAIT"},
        KindCase{"half_closed",
                 "tcpkind_leaker",
                 "half-closed",
                 {{"half-closed", 10}, {"never-closed-peer-gone", 10}},
                 "half-closed",
                 "10 shut down for sending"},
        KindCase{"reset",
                 "tcpkind_leaker",
                 "reset",
                 {{"never-closed-peer-gone", 10}},
                 "never-closed-peer-gone",
                 "10 in state CLOSE"},
        KindCase{"fin_wait_2",
                 "tcpkind_leaker",
                 "fin-wait-2",
                 {{"closed-still-alive", 10}, {"never-closed-peer-gone", 10}},
                 "closed-still-alive",
                 "10 in FIN-WAIT-2"},
        KindCase{"full_queues",
                 "tcpkind_leaker",
                 "full",
                 {{"buffer-hog", 20}},
                 "buffer-hog",
                 "SO_SNDBUF set by the program"},
        KindCase{"unsent_data",
                 "tcpkind_leaker",
                 "unsent",
                 {{"buffer-hog", 10}, {"closed-still-alive", 10}},
                 "closed-still-alive",
                 "10 in FIN-WAIT-1"},
        KindCase{
            "tcp_listener", "tcpkind_leaker", "listener", {{"listener", 10}}, "listener", "10 "},
        KindCase{"unix_peer_closed",
                 "socketpair_leaker",
                 "",
                 {{"never-closed-peer-gone", 10}, {"closed-still-alive", 10}},
                 "closed-still-alive",
                 "10 held by the unix socket at their other end"},
        KindCase{"unix_path_deleted",
                 "unixkind_leaker",
                 "deleted",
                 {{"path-deleted", 10}},
                 "path-deleted",
                 "10 "},
        KindCase{"unix_abstract",
                 "unixkind_leaker",
                 "abstract",
                 {{"abstract-name", 10}},
                 "abstract-name",
                 "10 "},
        KindCase{
            "unix_listener", "unixkind_leaker", "listener", {{"listener", 10}}, "listener", "10 "},
        // The pair that carries the messages stays, too.
        KindCase{"unix_in_flight",
                 "unixkind_leaker",
                 "in-flight",
                 {{"in-flight", 10}, {"never-closed", 2}},
                 "in-flight",
                 "10 "},
        KindCase{"unix_never_accepted",
                 "unixkind_leaker",
                 "unaccepted",
                 {{"never-accepted", 10}, {"never-closed", 10}, {"listener", 1}},
                 "never-accepted",
                 "10 in a queue of at most 10"},
        KindCase{"unix_full_queue",
                 "unixkind_leaker",
                 "full",
                 {{"buffer-hog", 10}, {"never-closed", 10}},
                 "buffer-hog",
                 "in send queues that the peer has not taken"},
        KindCase{"inherited", "inherit_leaker", "", {{"never-closed", 10}}, "never-closed", "10 "}),
    [](const auto& tested) { return tested.param.name; });

// The connections are made in softirq; whose they are only their listener tells.
TEST(SocketKind, NeverAcceptedNamesTheListener) {
    pid_t pid = 0;
    const Json report = trace_host(leaker_command("tcpkind_leaker", "10", "unaccepted"), &pid);
    const std::string owner =
        "of tcpkind_leaker[" + std::to_string(pid) + "], 10 in a queue of at most 128";
    std::uint64_t count = 0;
    for (const Json& group : report["groups"])
        if (group["kind"] == "never-accepted" &&
            group["evidence"].get<std::string>().find(owner) != std::string::npos) {
            EXPECT_EQ(group["missing_stage"], "accepted");
            count += group["count"].get<std::uint64_t>();
        }
    EXPECT_EQ(count, 10u) << report["groups"].dump(1);
    EXPECT_EQ(kinds_of(report, "tcpkind_leaker")["listener"], 1u);
}

} // namespace
} // namespace unfreed::e2e
