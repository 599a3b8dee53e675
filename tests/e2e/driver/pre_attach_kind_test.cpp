// SPDX-License-Identifier: BSD-2-Clause
// Sockets that are older than the trace have the kinds that traced ones have, as far as reading
// them tells. Each leaker has a network namespace of its own: what is in it, the leaker has made.
#include "kind_cases.h"
#include "tool.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <set>

namespace unfreed::e2e {
namespace {

// Programs that are started while it exists are in a new network namespace.
class NewNetwork {
  public:
    NewNetwork() : before_(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)) {
        if (::unshare(CLONE_NEWNET) != 0)
            failure_ = std::strerror(errno);
    }
    NewNetwork(const NewNetwork&) = delete;
    NewNetwork& operator=(const NewNetwork&) = delete;
    ~NewNetwork() {
        EXPECT_EQ(::setns(before_, CLONE_NEWNET), 0);
        ::close(before_);
    }
    const std::string& failure() const { return failure_; }

  private:
    int before_;
    std::string failure_;
};

std::string network_of(pid_t pid) {
    struct stat status {};
    EXPECT_EQ(::stat(("/proc/" + std::to_string(pid) + "/ns/net").c_str(), &status), 0);
    return std::to_string(status.st_ino);
}

std::vector<std::string> trace_everything(pid_t only = 0) {
    std::vector<std::string> head{"trace", "--class", "socket", "--min-age", "0s",    "--duration",
                                  "300ms", "--top",   "100000", "--objects", "100000"};
    if (only != 0)
        head.insert(head.end(), {"-p", std::to_string(only)});
    return command(head);
}

// The sockets of a network namespace, without those that the kernel has in each.
struct OneNetwork {
    Kinds kinds;
    std::map<std::string, std::string> kind_of; // by address
    std::vector<Json> groups;                   // that have such sockets
};

OneNetwork sockets_in(const Json& section, const std::string& network) {
    OneNetwork found;
    for (const Json& group : section["groups"]) {
        EXPECT_EQ(group["sockets"].size(), group["count"]);
        bool any = false;
        for (const Json& socket : group["sockets"]) {
            EXPECT_EQ(socket["kind"], group["kind"]);
            if (socket["details"].value("netns", "") != network ||
                socket["kind"] == "kernel-socket")
                continue;
            any = true;
            ++found.kinds[socket["kind"]];
            found.kind_of[socket["address"]] = socket["kind"];
        }
        if (any)
            found.groups.push_back(group);
    }
    return found;
}

// Nobody has what is closed, in a message, or waits for accept().
bool is_held(const std::string& kind) {
    return kind != "never-accepted" && kind != "in-flight" && kind != "no-descriptor" &&
           !kind.starts_with("closed");
}

void expect_holders(const Json& group, pid_t pid, bool inherited) {
    const std::uint64_t expected = is_held(group["kind"]) ? group["count"].get<std::uint64_t>() : 0;
    std::uint64_t held = 0;
    for (const Json& holder : group["holders"]) {
        EXPECT_EQ(holder["pid"] == pid, !inherited) << group["holders"];
        EXPECT_GT(holder["fds"].size(), 0u);
        EXPECT_FALSE(holder["comm"].get<std::string>().empty());
        held += holder["objects"].get<std::uint64_t>();
    }
    EXPECT_EQ(held, expected) << group["kind"];
    EXPECT_EQ(group["held"], expected) << group["kind"];
}

class PreAttachKind : public testing::Test {
  protected:
    // False: the test is skipped.
    bool start(const std::string& program, const std::string& kind) {
        const NewNetwork network;
        if (!network.failure().empty())
            return false;
        leaker_.emplace(kind_command(program, "10", kind, dir_.path));
        EXPECT_TRUE(leaker_->wait_for("leaked"));
        network_ = network_of(leaker_->pid());
        return true;
    }

    TempDir dir_;
    std::optional<Process> leaker_;
    std::string network_;
};

// How many, where the groups of this kind can have sockets of others, too.
std::string without_count(const std::string& evidence) {
    return evidence.substr(evidence.find(' ') + 1);
}

class PreAttachKinds : public PreAttachKind, public testing::WithParamInterface<KindCase> {};

TEST_P(PreAttachKinds, AreToldApart) {
    const KindCase& tested = GetParam();
    if (!start(tested.program, tested.kind))
        GTEST_SKIP() << "no network namespace of its own can be made";
    const Json report = report_of(run(trace_everything()));
    if (cannot_inspect(report))
        GTEST_SKIP() << "this kernel reads no single objects: kinds are not told apart";
    ASSERT_TRUE(report["pre_attach_sockets"].is_object()) << report["notes"];
    const OneNetwork older = sockets_in(report["pre_attach_sockets"], network_);
    EXPECT_EQ(older.kinds, tested.expected) << Json(older.groups).dump(1);
    const std::string expected =
        tested.untraced_evidence.empty() ? tested.evidence : tested.untraced_evidence;
    bool told = false;
    for (const Json& group : older.groups) {
        const std::string kind = group["kind"], evidence = group["evidence"];
        EXPECT_GT(group["advice"].get<std::string>().size(), 10u) << kind;
        expect_holders(group, leaker_->pid(), tested.program == "inherit_leaker");
        told |=
            kind == tested.evidence_of &&
            evidence.find(is_held(kind) ? expected : without_count(expected)) != std::string::npos;
    }
    EXPECT_TRUE(told) << Json(older.groups).dump(1);
    // The two lists say the same of the same socket.
    for (const auto& [address, kind] : sockets_in(report["hidden_sockets"], network_).kind_of) {
        ASSERT_TRUE(older.kind_of.contains(address)) << address << " " << kind;
        EXPECT_EQ(older.kind_of.at(address), kind);
    }
    EXPECT_EQ(count_of(report, "socket", tested.program.substr(0, 15)), 0u);
}

INSTANTIATE_TEST_SUITE_P(Leakers, PreAttachKinds, testing::ValuesIn(kind_cases()),
                         [](const auto& tested) { return tested.param.name; });

TEST_F(PreAttachKind, NeverAcceptedNamesTheListener) {
    if (!start("tcpkind_leaker", "unaccepted"))
        GTEST_SKIP() << "no network namespace of its own can be made";
    const Json report = report_of(run(trace_everything()));
    if (cannot_inspect(report))
        GTEST_SKIP() << "this kernel reads no single objects: kinds are not told apart";
    const OneNetwork older = sockets_in(report["pre_attach_sockets"], network_);
    EXPECT_EQ(older.kinds,
              (Kinds{{"never-accepted", 10}, {"never-closed", 10}, {"not-accepting", 1}}));
    const std::string owner =
        "of tcpkind_leaker[" + std::to_string(leaker_->pid()) + "], 10 in a queue of at most 128";
    bool named = false;
    for (const Json& group : older.groups)
        named |= group["kind"] == "never-accepted" && group["missing_stage"] == "accepted" &&
                 group["evidence"].get<std::string>().find(owner) != std::string::npos;
    EXPECT_TRUE(named) << Json(older.groups).dump(1);
}

// Whose the closed halves were nobody knows: they are not those of the process, but explain its
// own.
TEST_F(PreAttachKind, OfAProcessAreThoseThatItHolds) {
    if (!start("socketpair_leaker", ""))
        GTEST_SKIP() << "no network namespace of its own can be made";
    const Json report = report_of(run(trace_everything(leaker_->pid())));
    if (cannot_inspect(report))
        GTEST_SKIP() << "this kernel reads no single objects: kinds are not told apart";
    EXPECT_EQ(report["pre_attach_sockets"]["count"], 10);
    const OneNetwork older = sockets_in(report["pre_attach_sockets"], network_);
    EXPECT_EQ(older.kinds, (Kinds{{"never-closed-peer-gone", 10}}));
    for (const Json& group : older.groups)
        for (const Json& socket : group["sockets"])
            EXPECT_EQ(socket["details"]["peer"], "closed");
}

} // namespace
} // namespace unfreed::e2e
