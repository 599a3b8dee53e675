// SPDX-License-Identifier: BSD-2-Clause
// A signal at any moment of any kind of trace leaves nothing behind, and those that ask for the end
// get the report.
#include "leftovers.h"
#include "tool.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <thread>

namespace unfreed::e2e {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

int rounds() {
    if (const char* given = std::getenv("UNFREED_SIGNAL_ROUNDS"))
        return std::atoi(given);
    return std::getenv("UNFREED_SLOW") != nullptr ? 4 : 24;
}

struct Round {
    int number;
    int signal; // SIGCONT: stopped for a while, then continued
    int mode;   // 0: trace, 1: trace -p, 2: run
    bool interval;
    milliseconds after;
};

std::string describe(const Round& round, const Finished& finished) {
    return "round " + std::to_string(round.number) + ", signal " + std::to_string(round.signal) +
           ", mode " + std::to_string(round.mode) + (round.interval ? " with --interval" : "") +
           ", after " + std::to_string(round.after.count()) + " ms: status " +
           std::to_string(finished.status) + "\n" + finished.err;
}

Finished play(const Round& round, const std::string& report, Leftovers& left, bool& traced) {
    // Somebody leaks all the while, so that there are stacks to name in every report.
    Process target({program_path("tcp_leaker"), "5000", "--spread", "100", "--hold", "forever"});
    std::vector<std::string> tail{"--class", "socket", "--min-age", "0s", "-o", report};
    std::vector<std::string> head{"trace", "--duration", "1s"};
    if (round.interval)
        tail.insert(tail.end(), {"--interval", "200ms"});
    if (round.mode == 1) {
        tail.insert(tail.end(), {"-p", std::to_string(target.pid())});
    } else if (round.mode == 2) {
        head = {"run"};
        tail.insert(tail.end(), {"--", program_path("tcp_leaker"), "50", "--spread", "1"});
    }
    Process tool(command(head, tail));
    const auto end = std::chrono::steady_clock::now() + round.after;
    do {
        left.observe(tool.pid());
        traced = tool.wait_for("tracing ", true, milliseconds(10));
    } while (std::chrono::steady_clock::now() < end);
    if (round.signal == SIGCONT) {
        tool.signal(SIGSTOP);
        std::this_thread::sleep_for(milliseconds(300));
    }
    tool.signal(round.signal);
    Finished finished = tool.finish(std::chrono::seconds(120));
    target.signal(SIGKILL);
    target.finish();
    return finished;
}

TEST(RandomSignals, LeaveNothingAndLoseNoReport) {
    constexpr std::array kSignals{SIGINT,  SIGTERM, SIGHUP,  SIGINT,  SIGTERM, SIGHUP,
                                  SIGKILL, SIGKILL, SIGPIPE, SIGQUIT, SIGUSR1, SIGCONT};
    std::mt19937 random(20261129);
    std::map<int, int> statuses;
    std::size_t observed = 0;
    for (int i = 0; i < rounds(); ++i) {
        TempDir dir;
        const Round round{i, kSignals[random() % kSignals.size()], static_cast<int>(random() % 3),
                          random() % 2 == 0, milliseconds(random() % 2500)};
        Leftovers left;
        bool traced = false;
        const std::string report = dir.path + "/report";
        const Finished finished = play(round, report, left, traced);
        EXPECT_EQ(left.find(dir.path, "report"), "") << describe(round, finished);
        if (fs::exists(report)) {
            std::ifstream file(report);
            EXPECT_TRUE(Json::accept(file)) << describe(round, finished);
        }
        const bool asks = round.signal == SIGINT || round.signal == SIGTERM ||
                          round.signal == SIGHUP || round.signal == SIGCONT;
        if (traced && asks) {
            EXPECT_TRUE(fs::exists(report)) << describe(round, finished);
            EXPECT_TRUE(finished.status == 0 || finished.status == 4) << describe(round, finished);
        }
        ++statuses[finished.status];
        observed += left.observed();
    }
    EXPECT_GT(observed, 0u);
    for (const auto& [status, count] : statuses)
        std::printf("status %d: %d rounds\n", status, count);
}

} // namespace
} // namespace unfreed::e2e
