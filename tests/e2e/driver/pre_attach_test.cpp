// SPDX-License-Identifier: BSD-2-Clause
// Sockets that existed before the trace: listed with who holds them, and no more than listed.
#include "tool.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>

namespace unfreed::e2e {
namespace {

std::vector<std::string> trace(const std::vector<std::string>& options) {
    std::vector<std::string> head{"trace", "--class", "socket", "--min-age", "0s"};
    head.insert(head.end(), options.begin(), options.end());
    return command(head);
}

std::unique_ptr<Process> start_leaker(const std::string& name, int count) {
    auto leaker = std::make_unique<Process>(std::vector<std::string>{
        program_path(name), std::to_string(count), "--hold", "forever", "--balanced", "0"});
    EXPECT_TRUE(leaker->wait_for("leaked"));
    return leaker;
}

// Sum over the groups of a list of sockets: those that this process holds.
std::uint64_t held_by(const Json& section, pid_t pid, const std::string& state = "") {
    std::uint64_t count = 0;
    for (const Json& group : section["groups"])
        for (const Json& process : group["processes"])
            if (process["pid"] == pid && (state.empty() || group["state"] == state))
                count += process["count"].get<std::uint64_t>();
    return count;
}

std::uint64_t sockets_open(pid_t pid) {
    std::uint64_t count = 0;
    for (const auto& fd :
         std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fd")) {
        std::error_code ignored;
        count += std::filesystem::read_symlink(fd, ignored).string().starts_with("socket:");
    }
    return count;
}

TEST(PreAttach, ALeakFromBeforeIsSeenButNotCounted) {
    const auto leaker = start_leaker("accept_leaker", 50);
    const Finished finished = run(trace({"--duration", "300ms", "--top", "1000"}));
    EXPECT_EQ(finished.status, 0) << finished.err;
    const Json report = report_of(finished);
    ASSERT_TRUE(report["pre_attach_sockets"].is_object()) << report["notes"];
    EXPECT_EQ(held_by(report["pre_attach_sockets"], leaker->pid(), "CLOSE-WAIT"), 50u);
    EXPECT_EQ(count_of(report, "socket", "accept_leaker"), 0u);
}

TEST(PreAttach, OfAProcessAreThoseThatItHolds) {
    const auto other = start_leaker("tcp_leaker", 30);
    const auto target = start_leaker("udp_leaker", 40);
    const Json report =
        report_of(run(trace({"--duration", "300ms", "-p", std::to_string(target->pid())})));
    ASSERT_TRUE(report["pre_attach_sockets"].is_object()) << report["notes"];
    EXPECT_EQ(held_by(report["pre_attach_sockets"], target->pid()), sockets_open(target->pid()));
    EXPECT_EQ(report["pre_attach_sockets"]["count"], sockets_open(target->pid()));
    EXPECT_EQ(held_by(report["pre_attach_sockets"], other->pid()), 0u);
}

TEST(PreAttach, ThoseThatDiedInTheTraceAreNotReported) {
    auto first = start_leaker("unix_leaker", 60);
    Process tool(trace({"--duration", "300s", "--top", "1000"}));
    ASSERT_TRUE(tool.wait_for("tracing", true));
    const pid_t gone = first->pid();
    first->signal(SIGTERM);
    first->finish();
    // Their addresses are the likeliest to be used again.
    const auto second = start_leaker("unix_leaker", 60);
    tool.signal(SIGINT);
    const Json report = report_of(tool.finish());
    ASSERT_TRUE(report["pre_attach_sockets"].is_object()) << report["notes"];
    EXPECT_EQ(held_by(report["pre_attach_sockets"], gone), 0u);
    EXPECT_EQ(held_by(report["pre_attach_sockets"], second->pid()), 0u);
    EXPECT_EQ(count_of(report, "socket", "unix_leaker"), 60u);
}

TEST(PreAttach, OtherNetworkNamespacesAreSeen) {
    if (std::system("unshare --net true 2>/dev/null") != 0)
        GTEST_SKIP() << "no unshare(1), or no network namespaces";
    // Their tables are those of the namespace; that it has its descriptors does not help here.
    Process leaker({"unshare", "--net", program_path("accept_leaker"), "20", "--hold", "forever",
                    "--balanced", "0"});
    ASSERT_TRUE(leaker.wait_for("leaked"));
    const Json report = report_of(run(trace({"--duration", "300ms", "--top", "1000"})));
    ASSERT_TRUE(report["pre_attach_sockets"].is_object()) << report["notes"];
    EXPECT_EQ(held_by(report["pre_attach_sockets"], leaker.pid(), "CLOSE-WAIT"), 20u);
    // sock_diag was asked in that namespace: bound sockets are shown there, not hidden.
    EXPECT_EQ(held_by(report["hidden_sockets"], leaker.pid(), "CLOSE-WAIT"), 0u);
}

// Network namespaces, each with a process that sleeps in it.
class Namespaces {
  public:
    explicit Namespaces(int count) {
        std::array<int, 2> ready{};
        if (::pipe(ready.data()) != 0)
            return;
        for (int i = 0; i < count; ++i) {
            const pid_t child = ::fork();
            if (child == 0) {
                ::prctl(PR_SET_PDEATHSIG, SIGKILL);
                const char good = ::unshare(CLONE_NEWNET) == 0;
                const ssize_t ignored = ::write(ready[1], &good, 1);
                (void)ignored;
                for (;;)
                    ::pause();
            }
            children_.push_back(child);
        }
        char good = 0;
        while (made_ < count && ::read(ready[0], &good, 1) == 1 && good != 0)
            ++made_;
        ::close(ready[0]);
        ::close(ready[1]);
    }
    Namespaces(const Namespaces&) = delete;
    Namespaces& operator=(const Namespaces&) = delete;
    ~Namespaces() {
        for (const pid_t child : children_) {
            ::kill(child, SIGKILL);
            ::waitpid(child, nullptr, 0);
        }
    }
    int made() const { return made_; }

  private:
    std::vector<pid_t> children_;
    int made_ = 0;
};

// More of them than the tool may have descriptors: none is left out, and none of their sockets is
// called hidden.
TEST(PreAttach, MoreNamespacesThanDescriptors) {
    constexpr int kMany = 60;
    const Namespaces many(kMany);
    if (many.made() < kMany)
        GTEST_SKIP() << "only " << many.made() << " network namespaces can be made";
    Process leaker({"unshare", "--net", program_path("accept_leaker"), "20", "--hold", "forever",
                    "--balanced", "0"});
    ASSERT_TRUE(leaker.wait_for("leaked"));
    // The tool alone needs some sixty.
    std::vector<std::string> words{"sh", "-c", "ulimit -n 90; exec \"$@\"", "sh"};
    for (const std::string& word : trace({"--duration", "300ms", "--top", "1000"}))
        words.push_back(word);
    const Finished finished = run(words);
    EXPECT_EQ(finished.status, 0) << finished.err;
    const Json report = report_of(finished);
    ASSERT_TRUE(report["pre_attach_sockets"].is_object()) << report["notes"];
    EXPECT_EQ(held_by(report["pre_attach_sockets"], leaker.pid(), "CLOSE-WAIT"), 20u);
    EXPECT_EQ(held_by(report["hidden_sockets"], leaker.pid()), 0u);
    EXPECT_EQ(loss(report, "network_namespaces_not_entered"), 0u);
}

// The report of 20 000 sockets, from the signal to the last byte.
TEST(PreAttach, TwentyThousandAreReportedInASecond) {
    std::vector<std::unique_ptr<Process>> leakers;
    for (int i = 0; i < 5; ++i)
        leakers.push_back(start_leaker("tcp_leaker", 4000));
    Process tool(trace({"--duration", "300s", "--top", "1000"}));
    ASSERT_TRUE(tool.wait_for("tracing", true));
    const auto begin = std::chrono::steady_clock::now();
    tool.signal(SIGINT);
    const Finished finished = tool.finish();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    const Json report = report_of(finished);
    ASSERT_TRUE(report["pre_attach_sockets"].is_object()) << report["notes"];
    for (const auto& leaker : leakers) {
        EXPECT_EQ(held_by(report["pre_attach_sockets"], leaker->pid()), 4000u);
        // They were never bound.
        EXPECT_EQ(held_by(report["hidden_sockets"], leaker->pid()), 4000u);
    }
    std::cout << "20 000 sockets: report and end of the tool in " << took.count() << " s\n";
    // Other programs may have the CPUs: four times what is asked for.
    if (std::getenv("UNFREED_SLOW") == nullptr) {
        EXPECT_LT(took.count(), 4.0);
    }
}

} // namespace
} // namespace unfreed::e2e
