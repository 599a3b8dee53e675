// SPDX-License-Identifier: BSD-2-Clause
// The processes that name functions may do next to nothing and may be lost at any moment: the
// report is made in time all the same.
#include "stalled_fuse.h"
#include "tool.h"
#include "workers.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace unfreed::e2e {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

std::string text_of(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

class Names : public testing::Test {
  protected:
    void start() {
        ASSERT_TRUE(tool_.wait_for("tracing", true));
        namer_ = wait_for_worker(tool_.pid(), "unfreed-namer");
        opener_ = wait_for_worker(tool_.pid(), "unfreed-opener");
        ASSERT_NE(namer_, 0);
        ASSERT_NE(opener_, 0);
    }
    void leak() { ASSERT_TRUE(leaker_.wait_for("leaked")); }

    // Ends the trace; the report is there in time and has all sockets.
    Json end() {
        tool_.signal(SIGINT);
        const auto asked = steady_clock::now();
        const Finished finished = tool_.finish();
        EXPECT_LT(steady_clock::now() - asked, seconds(60)); // ten, on a machine that is not loaded
        const Json report = report_of(finished);
        EXPECT_EQ(count_of(report, "socket", "tcp_leaker"), 30) << finished.out;
        return report;
    }
    static bool named(const Json& report) {
        for (const Json& group : groups_of(report, "socket", "tcp_leaker"))
            for (const Json& frame : group["user_stack"])
                if (frame["function"] == "leak_tcp")
                    return true;
        return false;
    }

    Process tool_{command({"trace", "--class", "socket", "--min-age", "0s"})};
    pid_t namer_ = 0;
    pid_t opener_ = 0;
    Process leaker_{{program_path("tcp_leaker"), "30", "--wait-start", "--hold", "forever"}};
};

TEST_F(Names, AreMadeByProcessesThatMayDoNothing) {
    start();
    for (const char* set : {"CapEff", "CapPrm", "CapInh", "CapBnd", "CapAmb"})
        EXPECT_EQ(status_of(namer_, set), "0000000000000000") << set;
    // CAP_DAC_READ_SEARCH, CAP_SYS_PTRACE, CAP_CHECKPOINT_RESTORE or CAP_SYS_ADMIN.
    constexpr std::uint64_t kMay = 1ull << 2 | 1ull << 19 | 1ull << 40 | 1ull << 21;
    EXPECT_EQ(std::stoull(status_of(opener_, "CapPrm"), nullptr, 16) & ~kMay, 0u);
    for (const pid_t worker : {namer_, opener_}) {
        EXPECT_EQ(status_of(worker, "NoNewPrivs"), "1");
        EXPECT_EQ(status_of(worker, "Seccomp"), "2");
        std::size_t descriptors = 0;
        for (const auto& fd :
             std::filesystem::directory_iterator("/proc/" + std::to_string(worker) + "/fd")) {
            std::error_code gone; // it opens and closes some
            const std::string target = std::filesystem::read_symlink(fd, gone);
            EXPECT_EQ(target.find("bpf"), target.npos) << target;
            ++descriptors;
        }
        EXPECT_LE(descriptors, 6u);
        const std::string maps = text_of("/proc/" + std::to_string(worker) + "/maps");
        EXPECT_NE(maps.find("libc"), maps.npos);
        EXPECT_EQ(maps.find("anon_inode"), maps.npos) << maps;
    }
    tool_.signal(SIGKILL);
    EXPECT_TRUE(has_ended(namer_));
    EXPECT_TRUE(has_ended(opener_));
}

TEST_F(Names, ComeFromANewProcessWhenTheFirstIsKilled) {
    start();
    leaker_.signal(SIGUSR1);
    leak();
    ::kill(namer_, SIGKILL);
    EXPECT_TRUE(named(end()));
}

TEST_F(Names, ComeWhenTheOpenerIsKilled) {
    start();
    leaker_.signal(SIGUSR1);
    leak();
    ::kill(opener_, SIGKILL);
    EXPECT_TRUE(named(end()));
}

TEST_F(Names, DoNotHoldUpTheReportWhenTheirProcessStands) {
    start();
    leaker_.signal(SIGUSR1);
    leak();
    ::kill(namer_, SIGSTOP);
    end();
    EXPECT_TRUE(has_ended(namer_));
}

// The process cannot even be killed while it waits for a file system that does not answer. So it
// must not begin to wait.
TEST_F(Names, AreNotAskedOfAFileSystemThatDoesNotAnswer) {
    auto fuse = StalledFuse::mount(program_path("tcp_leaker"));
    if (!fuse)
        GTEST_SKIP() << "no FUSE here";
    start();
    Process leaker({fuse->program(), "20", "--hold", "forever"});
    ASSERT_TRUE(leaker.wait_for("leaked"));
    leaker_.signal(SIGUSR1);
    leak();
    fuse->stall();
    tool_.signal(SIGINT);
    const Finished finished = tool_.finish(seconds(60));
    const Json report = report_of(finished);
    EXPECT_EQ(count_of(report, "socket", "stalled"), 20) << finished.out;
    EXPECT_EQ(loss(report, "files_not_opened"), 1u);
    EXPECT_EQ(loss(report, "names_too_slow"), 0u) << "nobody waited";
    EXPECT_TRUE(named(report)) << "what is elsewhere has names";
}

} // namespace
} // namespace unfreed::e2e
