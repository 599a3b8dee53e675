// SPDX-License-Identifier: BSD-2-Clause
// A host with a million open descriptors: who holds a socket is found in bounded time and memory.
#include "tool.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>

namespace unfreed::e2e {
namespace {

// Children that hold one socket, each with all the descriptors that the limit of this host permits.
class Holders {
  public:
    Holders(std::uint64_t descriptors, std::uint64_t each) : each_(each) {
        std::array<int, 2> ready{};
        if (::pipe(ready.data()) != 0)
            return;
        for (std::uint64_t made = 0; made < descriptors; made += each) {
            const pid_t child = ::fork();
            if (child == 0)
                hold(ready[1]);
            children_.push_back(child);
        }
        ::close(ready[1]);
        for (std::uint64_t held = 0; ::read(ready[0], &held, sizeof(held)) == sizeof(held);) {
            held_ += held;
            if (++told_ == children_.size())
                break;
        }
        ::close(ready[0]);
    }
    Holders(const Holders&) = delete;
    Holders& operator=(const Holders&) = delete;
    ~Holders() {
        for (const pid_t child : children_) {
            ::kill(child, SIGKILL);
            ::waitpid(child, nullptr, 0);
        }
    }
    std::uint64_t held() const { return held_; }
    const std::vector<pid_t>& children() const { return children_; }

  private:
    [[noreturn]] void hold(int ready) const {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        const rlimit limit{each_ + 16, each_ + 16};
        ::setrlimit(RLIMIT_NOFILE, &limit);
        const int socket = ::socket(AF_INET, SOCK_DGRAM, 0);
        std::uint64_t held = socket >= 0 ? 1 : 0;
        while (held < each_ && ::dup(socket) >= 0)
            ++held;
        const ssize_t ignored = ::write(ready, &held, sizeof(held));
        (void)ignored;
        for (;;)
            ::pause();
    }

    std::uint64_t each_;
    std::vector<pid_t> children_;
    std::uint64_t held_ = 0;
    std::size_t told_ = 0;
};

TEST(Descriptors, AMillionAreWalkedInBoundedTimeAndMemory) {
    constexpr std::uint64_t kMillion = 1'000'000;
    rlimit limit{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
    const std::uint64_t each = std::min<std::uint64_t>(limit.rlim_max - 16, 19'000);
    const Holders holders(kMillion, each);
    if (holders.held() < kMillion)
        GTEST_SKIP() << "this host lets " << holders.held() << " descriptors be open";
    const auto begin = std::chrono::steady_clock::now();
    // 600 MiB of addresses, of which the tool without these descriptors needs less than half.
    std::vector<std::string> words{"sh", "-c", "ulimit -v 600000; exec \"$@\"", "sh"};
    for (const std::string& word : command({"trace", "--class", "socket", "--min-age", "0s",
                                            "--duration", "300ms", "--top", "1000"}))
        words.push_back(word);
    const Finished finished = run(words);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    EXPECT_EQ(finished.status, 0) << finished.err;
    const Json report = report_of(finished);
    ASSERT_TRUE(report["pre_attach_sockets"].is_object()) << report["notes"];
    std::uint64_t found = 0;
    for (const Json& group : report["pre_attach_sockets"]["groups"])
        for (const Json& process : group["processes"])
            found += static_cast<std::uint64_t>(std::count(
                holders.children().begin(), holders.children().end(), process["pid"].get<pid_t>()));
    EXPECT_EQ(found, holders.children().size());
    std::cout << holders.held() << " descriptors: a trace of 0.3 s took " << took.count() << " s\n";
    if (std::getenv("UNFREED_SLOW") == nullptr) {
        EXPECT_LT(took.count(), 30.0);
    }
}

} // namespace
} // namespace unfreed::e2e
