// SPDX-License-Identifier: BSD-2-Clause
// Objects are of the process and the program that made them, whoever has the number by the time of
// the report, and whatever a process is called.
#include "tool.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <string>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

namespace unfreed::e2e {
namespace {

constexpr std::uint64_t kFormer = 40;
constexpr std::uint64_t kHeir = 70;

// What the report says of a process, by the name of its program; others may run the same ones.
struct Told {
    std::uint64_t count = 0;
    std::string exe;
    bool alive = false;
    std::set<std::string> functions; // of user stacks
};

Told told(const Json& report, const std::string& comm, pid_t pid) {
    Told sum;
    for (const Json& group : groups_of(report, "socket", comm))
        for (const Json& process : group["processes"])
            if (process["pid"] == pid && process["comm"] == comm) {
                sum.count += process["count"].get<std::uint64_t>();
                sum.exe = process["exe"];
                sum.alive = process["alive"];
                for (const Json& frame : group["user_stack"])
                    sum.functions.insert(frame["function"]);
            }
    return sum;
}

std::string absolute(const std::string& program) {
    return std::filesystem::canonical(program_path(program)).string();
}

// Two static programs, which lie at the same addresses.
std::vector<std::string> heir_leaker(const char* how) {
    return {program_path("heir_leaker"),
            how,
            std::to_string(kFormer),
            program_path("tcp_leaker"),
            std::to_string(kHeir),
            "--hold",
            "forever"};
}

void expect_both(const Finished& finished, pid_t pid, bool former_is_alive) {
    const Json report = report_of(finished);
    const Told former = told(report, "heir_leaker", pid);
    const Told heir = told(report, "tcp_leaker", pid);
    EXPECT_EQ(former.count, kFormer) << finished.out;
    EXPECT_EQ(former.exe, absolute("heir_leaker"));
    EXPECT_EQ(former.alive, former_is_alive);
    EXPECT_EQ(heir.count, kHeir) << finished.out;
    EXPECT_EQ(heir.exe, absolute("tcp_leaker"));
    EXPECT_TRUE(former.functions.contains("former_leaks")) << finished.out;
    EXPECT_FALSE(former.functions.contains("leak_tcp")) << finished.out;
    EXPECT_TRUE(heir.functions.contains("leak_tcp")) << finished.out;
    EXPECT_FALSE(heir.functions.contains("former_leaks")) << finished.out;
}

TEST(Identity, ANumberThatIsUsedAgainIsAnotherProcess) {
    Process tool(command({"trace", "--class", "socket", "--min-age", "1s", "--top", "500"}));
    ASSERT_TRUE(tool.wait_for("tracing", true));
    Process leaker(heir_leaker("pid"));
    ASSERT_TRUE(leaker.wait_for("leaked tcp"));
    const Finished finished = end_trace(tool);
    leaker.signal(SIGKILL);
    const std::string said = leaker.finish().out;
    const std::size_t pid = said.find("heir pid ");
    ASSERT_NE(pid, std::string::npos) << said;
    expect_both(finished, std::atoi(said.c_str() + pid + 9), false);
}

TEST(Identity, AnExecIsAnotherProgramHostWide) {
    Process tool(command({"trace", "--class", "socket", "--min-age", "1s", "--top", "500"}));
    ASSERT_TRUE(tool.wait_for("tracing", true));
    Process leaker(heir_leaker("exec"));
    ASSERT_TRUE(leaker.wait_for("leaked tcp"));
    expect_both(end_trace(tool), leaker.pid(), true);
}

TEST(Identity, AnExecIsAnotherProgramOfARun) {
    std::vector<std::string> leaker = heir_leaker("exec");
    leaker.resize(leaker.size() - 2); // it ends
    leaker.insert(leaker.begin(), "--");
    const Finished finished = run(command({"run", "--class", "socket"}, leaker));
    const pid_t pid = report_of(finished)["trace"]["targets"][0];
    expect_both(finished, pid, false);
}

// As in two containers: another program at the same path, with the same inode number, of another
// file system.
TEST(Identity, OnePathAndNumberOfTwoFileSystemsAreTwoFiles) {
    const TempDir dir;
    const auto contained = [&](const std::string& program) {
        return std::vector<std::string>{"unshare",
                                        "--mount",
                                        "--propagation",
                                        "private",
                                        "sh",
                                        "-c",
                                        "mount -t tmpfs none " + dir.path + " && cp " +
                                            absolute(program) + " " + dir.path + "/app && exec " +
                                            dir.path + "/app 30 --hold forever"};
    };
    Process tool(command({"trace", "--class", "socket", "--min-age", "1s", "--top", "500"}));
    ASSERT_TRUE(tool.wait_for("tracing", true));
    Process tcp(contained("tcp_leaker"));
    Process udp(contained("udp_leaker"));
    if (!tcp.wait_for("leaked") || !udp.wait_for("leaked"))
        GTEST_SKIP() << "no mount namespaces here";
    const Json report = report_of(end_trace(tool));
    const Told of_tcp = told(report, "app", tcp.pid());
    const Told of_udp = told(report, "app", udp.pid());
    EXPECT_EQ(of_tcp.count, 30u);
    EXPECT_EQ(of_udp.count, 30u);
    EXPECT_TRUE(of_tcp.functions.contains("leak_tcp")) << report.dump(1);
    EXPECT_FALSE(of_tcp.functions.contains("leak_udp")) << report.dump(1);
    EXPECT_TRUE(of_udp.functions.contains("leak_udp")) << report.dump(1);
    EXPECT_FALSE(of_udp.functions.contains("leak_tcp")) << report.dump(1);
}

// A process that calls itself as the line of /proc/PID/status that says whose thread it is.
TEST(Identity, ANameThatClaimsAnotherNumberIsNotBelieved) {
    const pid_t parent = ::getpid();
    const pid_t liar = ::fork();
    ASSERT_GE(liar, 0);
    if (liar == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::prctl(PR_SET_NAME, "Tgid: 1");
        while (::getppid() == parent) {
            ::socket(AF_UNIX, SOCK_DGRAM, 0);
            ::usleep(100'000);
        }
        ::_exit(0);
    }
    Process tool(command({"trace", "-p", std::to_string(liar), "--class", "socket", "--min-age",
                          "0s", "--duration", "3s"}));
    const Finished finished = tool.finish();
    ::kill(liar, SIGKILL);
    ::waitpid(liar, nullptr, 0);
    const Json report = report_of(finished);
    EXPECT_EQ(report["trace"]["targets"], Json::array({liar}));
    EXPECT_GT(report["totals"]["outstanding"], 0);
}

// Processes that are started meanwhile live in a time namespace of their own.
class TimeNamespace {
  public:
    explicit TimeNamespace(const std::string& seconds)
        : former_(::open("/proc/self/ns/time", O_RDONLY | O_CLOEXEC)) {
        if (former_ < 0 || ::unshare(CLONE_NEWTIME) != 0)
            return;
        std::ofstream offsets("/proc/self/timens_offsets");
        offsets << "monotonic " << seconds << " 0\nboottime " << seconds << " 0\n" << std::flush;
        is_new_ = offsets.good();
    }
    TimeNamespace(const TimeNamespace&) = delete;
    TimeNamespace& operator=(const TimeNamespace&) = delete;
    ~TimeNamespace() {
        if (former_ < 0)
            return;
        EXPECT_EQ(::setns(former_, CLONE_NEWTIME), 0);
        ::close(former_);
    }
    bool is_new() const { return is_new_; }

  private:
    int former_;
    bool is_new_ = false;
};

void expect_times_of_the_host(const std::string& offset) {
    SCOPED_TRACE(offset);
    std::optional<Process> tool;
    {
        const TimeNamespace shifted(offset);
        ASSERT_TRUE(shifted.is_new());
        tool.emplace(command({"trace", "--class", "socket", "--min-age", "1s", "--top", "500"}));
    }
    ASSERT_TRUE(tool->wait_for("tracing", true)) << tool->errors();
    Process leaker({program_path("tcp_leaker"), "33", "--hold", "forever"});
    ASSERT_TRUE(leaker.wait_for("leaked"));
    const Finished finished = end_trace(*tool);
    const Json report = report_of(finished);
    const Told leak = told(report, "tcp_leaker", leaker.pid());
    EXPECT_EQ(leak.count, 33u) << finished.out;
    EXPECT_EQ(leak.exe, absolute("tcp_leaker"));
    EXPECT_TRUE(leak.alive);
    for (const Json& group : groups_of(report, "socket", "tcp_leaker"))
        EXPECT_LT(group["age_ns"]["max"], 3'600'000'000'000) << group;
}

// There the clocks of a process are not those of the kernel, nor are the starts that /proc shows.
TEST(Identity, AgesAreThoseOfTheHostInATimeNamespace) {
    if (::access("/proc/self/ns/time", F_OK) != 0)
        GTEST_SKIP() << "no time namespaces in this kernel";
    expect_times_of_the_host("1000000");
    expect_times_of_the_host("-20");
}

} // namespace
} // namespace unfreed::e2e
