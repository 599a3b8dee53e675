// SPDX-License-Identifier: BSD-2-Clause
// What the tool keeps of its privileges, what its command keeps, and what is said where some are
// missing.
#include "tool.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <utility>

namespace unfreed::e2e {
namespace {

// A line of /proc/PID/status: "CapEff:".
std::string status_of(pid_t pid, const std::string& name) {
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    for (std::string word; status >> word;)
        if (word == name && status >> word)
            return word;
    return {};
}

std::uint64_t capabilities_of(pid_t pid, const std::string& which) {
    return std::strtoull(status_of(pid, which).c_str(), nullptr, 16);
}

constexpr std::uint64_t bit(unsigned capability) {
    return std::uint64_t{1} << capability;
}
constexpr unsigned kDacOverride = 1, kNetAdmin = 12, kSysAdmin = 21, kSyslog = 34, kPerfmon = 38,
                   kBpf = 39;

bool is_older_than_5_9() {
    std::ifstream last("/proc/sys/kernel/cap_last_cap");
    unsigned number = 0;
    last >> number;
    return number < 40;
}

// The command with no capabilities but those three, of user root, and perhaps some more.
std::vector<std::string> with_three(const std::vector<std::string>& command,
                                    const std::string& more = "") {
    std::vector<std::string> words{"setpriv", "--bounding-set",
                                   "-all,+cap_34,+cap_38,+cap_39" + more, "--inh-caps", "-all"};
    words.insert(words.end(), command.begin(), command.end());
    return words;
}

std::string notes_of(const Json& report) {
    std::string text;
    for (const Json& note : report["notes"])
        text += note.get<std::string>() + "\n";
    return text;
}

TEST(Privileges, WhatReportsDoNotNeedIsGivenUp) {
    // Without a file, such as a recording, for which more is kept.
    Process tool(command({"trace", "--class", "socket", "-o", "-"}));
    ASSERT_TRUE(tool.wait_for("tracing", true));
    EXPECT_EQ(status_of(tool.pid(), "NoNewPrivs:"), "1");
    const std::uint64_t effective = capabilities_of(tool.pid(), "CapEff:");
    EXPECT_EQ(effective & (bit(kDacOverride) | bit(kNetAdmin)), 0u) << std::hex << effective;
    if (!is_older_than_5_9()) {
        constexpr std::uint64_t kNeeded = bit(kSyslog) | bit(kPerfmon) | bit(kBpf);
        EXPECT_EQ(effective & (kNeeded | bit(kSysAdmin)), kNeeded) << std::hex << effective;
    }
    // For network namespaces.
    EXPECT_NE(capabilities_of(tool.pid(), "CapPrm:") & bit(kSysAdmin), 0u);
    EXPECT_EQ(capabilities_of(tool.pid(), "CapBnd:") & bit(kNetAdmin), 0u);
    const Finished finished = end_trace(tool, std::chrono::seconds(0));
    EXPECT_EQ(finished.status, 0) << finished.err;
    const Json report = report_of(finished);
    EXPECT_TRUE(report["pre_attach_sockets"].is_object()) << notes_of(report);
    EXPECT_EQ(notes_of(report).find("is missing"), std::string::npos) << notes_of(report);
}

// sudo in the command of `run` works as it does without the tool.
TEST(Privileges, TheCommandKeepsThoseOfItsCaller) {
    TempDir dir;
    const std::string seen = dir.path + "/seen";
    const Finished finished =
        run({"sh", "-c",
             "ulimit -Sn 777; exec " + tool_path() + " run --class socket -q -- sh -c 'grep -E " +
                 "\"NoNewPrivs|CapEff|CapBnd\" /proc/self/status > " + seen + "; ulimit -Sn >> " +
                 seen + "'"});
    ASSERT_EQ(finished.status, 0) << finished.err;
    std::ifstream file(seen);
    std::stringstream text;
    text << file.rdbuf();
    const auto own = [](const char* name) {
        return std::string(name) + "\t" + status_of(::getpid(), name) + "\n";
    };
    EXPECT_EQ(text.str(), own("CapEff:") + own("CapBnd:") + own("NoNewPrivs:") + "777\n");
}

TEST(Privileges, WithBpfPerfmonAndSyslogOnlyItSaysWhatIsMissing) {
    if (is_older_than_5_9())
        GTEST_SKIP() << "this kernel has no CAP_BPF";
    if (run(with_three({"true"})).status != 0)
        GTEST_SKIP() << "no setpriv(1) that knows the bounding set";
    Process listener({"unshare", "--net", program_path("accept_leaker"), "7", "--hold", "forever",
                      "--balanced", "0"});
    ASSERT_TRUE(listener.wait_for("leaked"));
    const Finished finished = run(with_three(command(
        {"trace", "--class", "socket", "--min-age", "0s", "--duration", "1s", "--top", "1000"})));
    // The list of older sockets may have a hole.
    EXPECT_EQ(finished.status, 4) << finished.err;
    const Json report = report_of(finished);
    EXPECT_GE(loss(report, "network_namespaces_not_entered"), 1u);
    const std::string notes = notes_of(report);
    for (const char* capability : {"CAP_SYS_PTRACE", "CAP_SYS_ADMIN", "CAP_DAC_READ_SEARCH"})
        EXPECT_NE(notes.find(std::string(capability) + " is missing"), std::string::npos) << notes;
    ASSERT_TRUE(report["hidden_sockets"].is_object()) << notes;
    for (const Json& group : report["hidden_sockets"]["groups"])
        for (const Json& process : group["processes"])
            EXPECT_NE(process["pid"], listener.pid()) << group;
    EXPECT_NE(notes.find("whether ss shows"), std::string::npos) << notes;
}

// With CAP_SYS_PTRACE the network namespaces are found, without it their processes are hidden: the
// one that sees less knows less.
TEST(Privileges, FewerOfThemNeverMakeAReportComplete) {
    if (is_older_than_5_9() || run(with_three({"true"})).status != 0)
        GTEST_SKIP() << "no CAP_BPF, or no setpriv(1) that knows the bounding set";
    Process listener({"unshare", "--net", program_path("accept_leaker"), "7", "--hold", "forever",
                      "--balanced", "0"});
    ASSERT_TRUE(listener.wait_for("leaked"));
    for (const char* more : {"", ",+cap_19", ",+cap_19,+cap_2"}) {
        const Finished finished =
            run(with_three(command({"trace", "--class", "socket", "--duration", "0"}), more));
        EXPECT_EQ(finished.status, 4) << more << finished.err;
        const Json report = report_of(finished);
        EXPECT_EQ(report["complete"], false) << more;
        EXPECT_NE(notes_of(report).find("network namespace"), std::string::npos) << more;
    }
}

TEST(Privileges, AUserNamespaceIsRefusedByName) {
    if (run({"unshare", "-U", "-r", "true"}).status != 0)
        GTEST_SKIP() << "no user namespaces";
    const Finished finished =
        run({"unshare", "-U", "-r", tool_path(), "trace", "--duration", "1s"});
    EXPECT_EQ(finished.status, 1);
    EXPECT_NE(finished.err.find("user namespace"), std::string::npos) << finished.err;
    EXPECT_EQ(finished.out, "");
}

// A memory cgroup of this limit, of whichever version is mounted; empty: there is none.
class MemoryGroup {
  public:
    explicit MemoryGroup(const std::string& limit) {
        for (const auto& [mount, file] :
             {std::pair{"/sys/fs/cgroup/memory/", "memory.limit_in_bytes"},
              std::pair{"/sys/fs/cgroup/", "memory.max"}}) {
            const std::string path = mount + ("unfreed-e2e-" + std::to_string(::getpid()));
            if (::mkdir(path.c_str(), 0755) != 0)
                continue;
            std::ofstream to(path + "/" + file);
            if (to << limit << std::flush) {
                path_ = path;
                return;
            }
            ::rmdir(path.c_str());
        }
    }
    MemoryGroup(const MemoryGroup&) = delete;
    MemoryGroup& operator=(const MemoryGroup&) = delete;
    ~MemoryGroup() {
        if (!path_.empty())
            ::rmdir(path_.c_str());
    }
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

TEST(Privileges, TablesThatDoNotFitTheMemoryCgroupNameTheOptions) {
    const MemoryGroup group("300M");
    if (group.path().empty())
        GTEST_SKIP() << "no memory cgroup can be made";
    const Finished finished =
        run({"sh", "-c",
             "echo $$ > " + group.path() + "/cgroup.procs && exec " + tool_path() +
                 " trace --duration 1s --max-objects 20000000"});
    EXPECT_EQ(finished.status, 1) << finished.out;
    EXPECT_NE(finished.err.find("--max-objects"), std::string::npos) << finished.err;
    EXPECT_NE(finished.err.find("memory cgroup"), std::string::npos) << finished.err;
    EXPECT_EQ(finished.err.find("libbpf"), std::string::npos) << finished.err;
}

} // namespace
} // namespace unfreed::e2e
