// SPDX-License-Identifier: BSD-2-Clause
// CPUs that are unplugged and come back, in a trace and before it: the maps and the ring of the
// tool are made for those that are possible, its programs run on those that are there.
#include "tool.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <memory>

namespace unfreed::e2e {
namespace {

bool set_online(int cpu, bool online) {
    std::ofstream file("/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/online");
    file << (online ? '1' : '0') << std::flush;
    return file.good();
}

// Pins this thread, and with it the programs it starts.
class OnCpu {
  public:
    explicit OnCpu(int cpu) {
        ::sched_getaffinity(0, sizeof(former_), &former_);
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        done_ = ::sched_setaffinity(0, sizeof(one), &one) == 0;
    }
    OnCpu(const OnCpu&) = delete;
    OnCpu& operator=(const OnCpu&) = delete;
    ~OnCpu() { ::sched_setaffinity(0, sizeof(former_), &former_); }
    bool done() const { return done_; }

  private:
    cpu_set_t former_{};
    bool done_ = false;
};

class Processors : public testing::Test {
  protected:
    void SetUp() override {
        if (std::getenv("UNFREED_MAY_SET_CLOCK") == nullptr)
            GTEST_SKIP() << "unplugs a CPU: only with UNFREED_MAY_SET_CLOCK, as in the VM tier";
        if (::sysconf(_SC_NPROCESSORS_ONLN) < 2 || !set_online(1, true))
            GTEST_SKIP() << "no CPU 1 that can be unplugged";
    }
    void TearDown() override { set_online(1, true); }

    static std::unique_ptr<Process> leak(const std::string& program, int count) {
        auto leaker = std::make_unique<Process>(std::vector<std::string>{
            program_path(program), std::to_string(count), "--hold", "forever"});
        EXPECT_TRUE(leaker->wait_for("leaked"));
        return leaker;
    }
    static std::unique_ptr<Process> leak_on_cpu_1(const std::string& program, int count) {
        const OnCpu second(1);
        EXPECT_TRUE(second.done());
        return leak(program, count);
    }
};

const std::vector<std::string> kTrace{"trace", "--class", "socket", "--min-age",
                                      "0s",    "--top",   "500"};

TEST_F(Processors, MayGoAndComeBackDuringATrace) {
    Process tool(command(kTrace));
    ASSERT_TRUE(tool.wait_for("tracing", true));
    const auto before = leak_on_cpu_1("udp_leaker", 80);
    ASSERT_TRUE(set_online(1, false));
    const auto without = leak("tcp_leaker", 81);
    ASSERT_TRUE(set_online(1, true));
    const auto after = leak_on_cpu_1("unix_leaker", 82);
    const Finished finished = end_trace(tool, std::chrono::seconds(0));
    EXPECT_EQ(finished.status, 0) << finished.err;
    const Json report = report_of(finished);
    EXPECT_EQ(count_of(report, "socket", "udp_leaker"), 80u);
    EXPECT_EQ(count_of(report, "socket", "tcp_leaker"), 81u);
    EXPECT_EQ(count_of(report, "socket", "unix_leaker"), 82u);
}

TEST_F(Processors, MayComeAfterTheStart) {
    ASSERT_TRUE(set_online(1, false));
    Process tool(command(kTrace));
    ASSERT_TRUE(tool.wait_for("tracing", true));
    ASSERT_TRUE(set_online(1, true));
    const auto leaker = leak_on_cpu_1("tcp_leaker", 40);
    const Finished finished = end_trace(tool, std::chrono::seconds(0));
    EXPECT_EQ(finished.status, 0) << finished.err;
    EXPECT_EQ(count_of(report_of(finished), "socket", "tcp_leaker"), 40u);
}

} // namespace
} // namespace unfreed::e2e
