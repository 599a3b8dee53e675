// SPDX-License-Identifier: BSD-2-Clause
// The processes that name functions are killed, stopped, out of memory or crash at any moment of a
// trace and of its reports: each report is made in time, and says if something has no names.
#include "leftovers.h"
#include "tool.h"
#include "workers.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <random>
#include <thread>

namespace unfreed::e2e {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr std::uint64_t kSockets = 30;
// Ten, on a machine that is not loaded: eight for names, three of them without a sign of life.
constexpr seconds kReportTakes{60};

int rounds() {
    if (const char* given = std::getenv("UNFREED_NAMES_ROUNDS"))
        return std::atoi(given);
    return std::getenv("UNFREED_SLOW") != nullptr ? 6 : 20;
}

// Signals, and 0: no byte more.
constexpr std::array kHarms{SIGKILL, SIGSTOP, SIGSEGV, SIGABRT, SIGBUS, 0};

void harm(pid_t worker, int how) {
    if (how != 0) {
        ::kill(worker, how);
        return;
    }
    const rlim_t now = std::strtoull(status_of(worker, "VmSize").c_str(), nullptr, 10) * 1024;
    const rlimit none{now, now};
    ::prlimit(worker, RLIMIT_AS, &none, nullptr);
}

bool has_names(const Json& report, const std::string& comm, const std::string& function) {
    for (const Json& group : groups_of(report, "socket", comm))
        for (const Json& frame : group["user_stack"])
            if (frame["function"] == function)
                return true;
    return false;
}

std::uint64_t unnamed(const Json& report) {
    return loss(report, "names_too_slow") + loss(report, "names_interrupted") +
           loss(report, "names_no_process");
}

// The report in this file, if it is another one than the last.
class Reports {
  public:
    explicit Reports(std::string path) : path_(std::move(path)) {}

    // Reports are replaced whole, so each has a time of its own.
    bool wait_for_another(Process& tool) {
        const auto deadline = steady_clock::now() + kReportTakes;
        while (steady_clock::now() < deadline) {
            std::error_code none;
            const fs::file_time_type time = fs::last_write_time(path_, none);
            if (!none && time != last_) {
                last_ = time;
                return true;
            }
            tool.wait_for("never", true, milliseconds(20)); // reads what it says meanwhile
        }
        return false;
    }

  private:
    std::string path_;
    fs::file_time_type last_;
};

class NamesLost : public testing::Test {
  protected:
    std::mt19937 random_{20261129};
    TempDir dir_;
};

// Either it is named as it is, or the report says that something has no names; nothing is left.
TEST_F(NamesLost, AtAnyMomentEachReportIsMadeInTime) {
    Leftovers left;
    std::string path = dir_.path + "/report";
    {
        Process leaker({program_path("tcp_leaker"), "30", "--wait-start", "--hold", "forever"});
        Process tool(command({"trace", "--class", "socket", "--min-age", "0s", "--interval",
                              "300ms", "--top", "500", "-o", path}));
        ASSERT_TRUE(tool.wait_for("tracing", true));
        leaker.signal(SIGUSR1);
        ASSERT_TRUE(leaker.wait_for("leaked"));
        Reports reports(path);
        for (int i = 0; i < rounds(); ++i) {
            const char* name = random_() % 4 == 0 ? "unfreed-opener" : "unfreed-namer";
            const int how = kHarms[random_() % kHarms.size()];
            std::this_thread::sleep_for(milliseconds(random_() % 700));
            if (const pid_t worker = worker_of(tool.pid(), name); worker != 0)
                harm(worker, how);
            left.observe(tool.pid());
            ASSERT_TRUE(reports.wait_for_another(tool)) << how << " of " << name << tool.errors();
        }
        if (const pid_t worker = worker_of(tool.pid(), "unfreed-namer"); worker != 0)
            harm(worker, SIGSTOP);
        tool.signal(SIGINT);
        const auto asked = steady_clock::now();
        const Finished finished = tool.finish();
        EXPECT_LT(steady_clock::now() - asked, kReportTakes);
        EXPECT_TRUE(finished.status == 0 || finished.status == 4) << finished.err;
        std::ifstream file(path);
        const Json report = Json::parse(file, nullptr, false);
        ASSERT_FALSE(report.is_discarded());
        EXPECT_EQ(count_of(report, "socket", "tcp_leaker"), kSockets);
        EXPECT_TRUE(has_names(report, "tcp_leaker", "leak_tcp") || unnamed(report) != 0)
            << report.dump(1);
        leaker.signal(SIGKILL);
        leaker.finish();
    }
    EXPECT_GT(left.observed(), 0u);
    EXPECT_EQ(left.find(dir_.path, "report"), "");
}

// Its child keeps the sockets; what it had mapped only the namer knew, and another process has its
// number by the time the next namer looks.
TEST_F(NamesLost, WithWhatEndedProcessesHadMappedItIsSaid) {
    Process tool(command({"trace", "--class", "socket", "--min-age", "0s", "--top", "500"}));
    ASSERT_TRUE(tool.wait_for("tracing", true));
    Process leaker({program_path("heir_leaker"), "pid", "40", program_path("tcp_leaker"), "70",
                    "--hold", "forever"});
    ASSERT_TRUE(leaker.wait_for("leaked tcp"));
    const pid_t namer = wait_for_worker(tool.pid(), "unfreed-namer");
    ASSERT_NE(namer, 0);
    ::kill(namer, SIGKILL);
    ASSERT_TRUE(has_ended(namer));
    const Json report = report_of(end_trace(tool, seconds(1)));
    EXPECT_EQ(count_of(report, "socket", "heir_leaker"), 40u);
    EXPECT_FALSE(has_names(report, "heir_leaker", "leak_tcp")) << "a name of its heir";
    EXPECT_FALSE(has_names(report, "heir_leaker", "former_leaks"));
    EXPECT_GE(loss(report, "names_interrupted"), 1u);
    EXPECT_TRUE(has_names(report, "tcp_leaker", "leak_tcp")) << "what lives is read again";
    leaker.signal(SIGKILL);
    leaker.finish();
}

} // namespace
} // namespace unfreed::e2e
