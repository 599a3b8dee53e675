// SPDX-License-Identifier: BSD-2-Clause
// Each system call of a short trace fails once, one at a time: a whole report, or a sentence and a
// status that says so; never a death, never anything left. BPF objects live as long as a process
// that has them open: that neither the tool nor a child of it is left is proof enough.
#include "leftovers.h"
#include "tool.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

namespace unfreed::e2e {
namespace {

// What the tool does first of all; what is before is the dynamic linker's.
constexpr std::string_view kFirstOwnCall = "fcntl(0, F_GETFD)";

struct Calls {
    int before = 0; // of this system call, before main()
    int own = 0;
};

std::vector<std::string> traced_tool(const std::string& dir) {
    return command({"trace", "--class", "socket", "--duration", "0", "-q", "-o", dir + "/report"});
}

// Of the main thread.
std::map<std::string, Calls> count_calls() {
    TempDir dir;
    std::vector<std::string> words{"strace", "-o", dir.path + "/log"};
    for (const std::string& word : traced_tool(dir.path))
        words.push_back(word);
    run(words);
    std::map<std::string, Calls> calls;
    std::ifstream log(dir.path + "/log");
    bool own = false;
    for (std::string line; std::getline(log, line);) {
        own = own || line.starts_with(kFirstOwnCall);
        const std::size_t end = line.find('(');
        if (end != std::string::npos && line.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"
                                                               "0123456789") == end)
            ++(own ? calls[line.substr(0, end)].own : calls[line.substr(0, end)].before);
    }
    return calls;
}

// Which calls of one system call are made to fail: some of all, or, with UNFREED_FAULTS=bpf,openat
// or "all", each of those; of the thousands that read a file piece by piece 250.
std::set<int> chosen(const std::string& name, const Calls& calls) {
    const char* given = std::getenv("UNFREED_FAULTS");
    const std::string wanted = std::string(",") + (given != nullptr ? given : "") + ",";
    const bool each = wanted == ",all," || wanted.find("," + name + ",") != std::string::npos;
    std::set<int> indices;
    if (calls.own == 0 || (given != nullptr && !each))
        return indices;
    const int most = std::min(calls.own, each ? 250 : calls.own >= 100 ? 3 : 1);
    for (int i = 0; i < most; ++i)
        indices.insert(calls.before + 1 + static_cast<int>(std::int64_t{i} * calls.own / most));
    return indices;
}

// Empty, or what is wrong.
std::string judge(const Finished& finished, const std::string& dir) {
    if (finished.status == 0 || finished.status == 4) {
        std::ifstream file(dir + "/report");
        if (!Json::accept(file))
            return "no whole report";
    } else if (finished.status != 1 && finished.status != 2) {
        return "a death";
    } else if (finished.err.find("unfreed: error: ") == std::string::npos) {
        return "no sentence";
    }
    return "";
}

TEST(Faults, OfAnySystemCallGiveAReportOrASentence) {
    if (run({"strace", "-V"}).status != 0)
        GTEST_SKIP() << "needs strace";
    constexpr std::array kErrors{"ENOMEM", "EPERM", "EIO", "EAGAIN"};
    const auto calls = count_calls();
    ASSERT_GT(calls.at("bpf").own, 50);
    // They cannot fail so: brk() says by its value that it did, glibc ends the process when futex()
    // gives an error that no kernel gives, and the others have none: no kernel lets getpid() fail.
    const std::set<std::string> not_faulted{"brk",          "futex",           "exit_group",
                                            "geteuid",      "getpid",          "getppid",
                                            "rt_sigreturn", "restart_syscall", "set_tid_address"};
    int runs = 0;
    std::map<int, int> statuses;
    for (const auto& [name, numbers] : calls) {
        if (not_faulted.count(name) != 0)
            continue;
        for (const int index : chosen(name, numbers)) {
            TempDir dir;
            const Leftovers left;
            const std::string error = kErrors[static_cast<std::size_t>(runs++) % kErrors.size()];
            std::vector<std::string> words{"strace",
                                           "-o",
                                           "/dev/null",
                                           "-e",
                                           "trace=" + name,
                                           "-e",
                                           "inject=" + name + ":error=" + error +
                                               ":when=" + std::to_string(index)};
            for (const std::string& word : traced_tool(dir.path))
                words.push_back(word);
            const Finished finished = run(words);
            EXPECT_EQ(judge(finished, dir.path), "")
                << error << " of call " << index << " of " << name << ": status " << finished.status
                << "\n"
                << finished.err;
            EXPECT_EQ(left.find(dir.path, "report"), "") << error << " of " << name;
            ++statuses[finished.status];
        }
    }
    for (const auto& [status, count] : statuses)
        std::printf("status %d: %d runs\n", status, count);
}

// How often a short trace calls each function of libbpf.
std::map<std::string, int> count_libbpf_calls(const std::string& preload) {
    TempDir dir;
    std::vector<std::string> words{"env", preload, "UNFREED_FAULT_COUNTS=" + dir.path + "/counts"};
    for (const std::string& word : traced_tool(dir.path))
        words.push_back(word);
    run(words);
    std::map<std::string, int> calls;
    std::ifstream counts(dir.path + "/counts");
    std::string name;
    for (int count = 0; counts >> name >> count;)
        calls[name] = count;
    return calls;
}

// The first call of each; with UNFREED_FAULTS=libbpf or "all" a hundred of each.
TEST(Faults, OfAnyCallOfLibbpfGiveAReportOrASentence) {
    const std::string library = program_path("libbpf_faults.so");
    if (!std::ifstream(library).good())
        GTEST_SKIP() << "made for x86-64 only: " << library;
    const std::string preload = "LD_PRELOAD=" + std::filesystem::absolute(library).string();
    const char* given = std::getenv("UNFREED_FAULTS");
    const std::string wanted = std::string(",") + (given != nullptr ? given : "") + ",";
    const bool each = wanted == ",all," || wanted.find(",libbpf,") != std::string::npos;
    if (given != nullptr && !each)
        GTEST_SKIP() << "not asked for by UNFREED_FAULTS";
    const auto calls = count_libbpf_calls(preload);
    ASSERT_GT(calls.at("bpf_object__load_skeleton"), 0);
    std::map<int, int> statuses;
    for (const auto& [name, count] : calls) {
        const int most = std::min(count, each ? 100 : 1);
        for (int i = 0; i < most; ++i) {
            const int index = 1 + static_cast<int>(std::int64_t{i} * count / most);
            TempDir dir;
            const Leftovers left;
            std::vector<std::string> words{"env", preload,
                                           "UNFREED_FAULT=" + name + ":" + std::to_string(index)};
            for (const std::string& word : traced_tool(dir.path))
                words.push_back(word);
            const Finished finished = run(words);
            EXPECT_EQ(judge(finished, dir.path), "")
                << "call " << index << " of " << name << ": status " << finished.status << "\n"
                << finished.err;
            EXPECT_EQ(left.find(dir.path, "report"), "") << "call " << index << " of " << name;
            ++statuses[finished.status];
        }
    }
    for (const auto& [status, count] : statuses)
        std::printf("status %d: %d runs\n", status, count);
}

// A host that is out of process ids is one that leaks: it is where the tool is used.
TEST(Faults, WithoutAnyThreadThereIsAReport) {
    if (run({"strace", "-V"}).status != 0)
        GTEST_SKIP() << "needs strace";
    TempDir dir;
    std::vector<std::string> words{"strace",
                                   "-o",
                                   "/dev/null",
                                   "-e",
                                   "trace=clone,clone3",
                                   "-e",
                                   "inject=clone,clone3:error=EAGAIN"};
    for (const std::string& word : traced_tool(dir.path))
        words.push_back(word);
    const Finished finished = run(words);
    EXPECT_TRUE(finished.status == 0 || finished.status == 4) << finished.status << finished.err;
    EXPECT_EQ(judge(finished, dir.path), "") << finished.err;
}

} // namespace
} // namespace unfreed::e2e
