// SPDX-License-Identifier: BSD-2-Clause
// --cache, --site, --comm, --cgroup: of two that leak the same, the one that is meant is counted
// exactly, and nothing of anybody else is followed.
#include "tool.h"

#include <gtest/gtest.h>
#include <mntent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>

namespace unfreed::e2e {
namespace {

// What the two of them leak beside one another while a tool that is aimed looks on.
Json traced(std::vector<std::string> aim, const std::string& cgroup = "") {
    std::vector<std::string> head{"trace", "--min-age", "1s", "--top", "1000"};
    head.insert(head.end(), aim.begin(), aim.end());
    Process tool(command(head));
    EXPECT_TRUE(tool.wait_for("tracing", true)) << tool.errors();
    Process other({program_path("unix_leaker"), "70", "--hold", "forever"});
    std::vector<std::string> meant{program_path("tcp_leaker"), "50", "--hold", "forever"};
    if (!cgroup.empty())
        meant.insert(
            meant.begin(),
            {"/bin/sh", "-c", "echo $$ > " + cgroup + "/cgroup.procs && exec \"$0\" \"$@\""});
    Process leaker(meant);
    EXPECT_TRUE(other.wait_for("leaked"));
    EXPECT_TRUE(leaker.wait_for("leaked"));
    return report_of(end_trace(tool));
}

// Of processes of which `key` is not `value`.
std::uint64_t objects_of_others(const Json& report, const std::string& key,
                                const std::string& value) {
    std::uint64_t count = 0;
    for (const Json& group : report["groups"])
        for (const Json& process : group["processes"])
            if (process[key] != value)
                count += process["count"].get<std::uint64_t>();
    return count;
}

TEST(Aim, AtAProgram) {
    const Json report = traced({"--comm", "tcp_leaker"});
    EXPECT_EQ(count_of(report, "socket", "tcp_leaker"), 50);
    EXPECT_EQ(objects_of_others(report, "comm", "tcp_leaker"), 0);
    EXPECT_EQ(report["trace"]["aim"]["comm"].at(0), "tcp_leaker");
}

TEST(Aim, AtACache) {
    const Json report = traced({"--cache", "TCP"});
    EXPECT_EQ(count_of(report, "socket", "tcp_leaker"), 50);
    EXPECT_EQ(count_of(report, "socket", "unix_leaker"), 0);
    for (const Json& group : report["groups"])
        EXPECT_NE(group["class"], "dentry") << group;
}

// On older kernels it is a function of its own.
std::string allocator_of_files() {
    std::ifstream symbols("/proc/kallsyms");
    std::string address, type, name;
    for (std::string line; std::getline(symbols, line);)
        if (std::istringstream(line) >> address >> type >> name && name == "__alloc_file")
            return name;
    return "alloc_empty_file";
}

TEST(Aim, AtACallSite) {
    const Json report = traced({"--site", "sk_prot_alloc", "--site", allocator_of_files()});
    EXPECT_EQ(count_of(report, "socket", "tcp_leaker"), 50);
    EXPECT_EQ(count_of(report, "socket", "unix_leaker"), 70);
    EXPECT_EQ(count_of(report, "slab", "tcp_leaker"), 50) << "their files";
    EXPECT_EQ(count_of(report, "dentry", "tcp_leaker"), 0);
}

TEST(Aim, AtAProgramAndACache) {
    const Json report = traced({"--comm", "unix_leaker,tcp_leaker", "--cache", "UNIX*"});
    EXPECT_EQ(count_of(report, "socket", "unix_leaker"), 70);
    EXPECT_EQ(count_of(report, "socket", "tcp_leaker"), 0);
}

// A v2 cgroup of its own, below the root.
class Cgroup {
  public:
    Cgroup() {
        struct Close {
            void operator()(FILE* file) const { ::endmntent(file); }
        };
        const std::unique_ptr<FILE, Close> mounts(::setmntent("/proc/self/mounts", "re"));
        while (const mntent* entry = mounts ? ::getmntent(mounts.get()) : nullptr)
            if (std::string(entry->mnt_type) == "cgroup2")
                root_ = entry->mnt_dir;
        name_ = "unfreed-aim-" + std::to_string(::getpid());
        made_ = !root_.empty() && ::mkdir(path().c_str(), 0755) == 0;
    }
    Cgroup(const Cgroup&) = delete;
    Cgroup& operator=(const Cgroup&) = delete;
    ~Cgroup() {
        if (made_)
            ::rmdir(path().c_str()); // once the last process in it is gone
    }
    bool made() const { return made_; }
    const std::string& name() const { return name_; }
    std::string path() const { return root_ + "/" + name_; }

  private:
    std::string root_, name_;
    bool made_ = false;
};

TEST(Aim, AtACgroup) {
    const Cgroup cgroup;
    if (!cgroup.made())
        GTEST_SKIP() << "no v2 cgroup can be made here";
    const Json report = traced({"--cgroup", cgroup.name()}, cgroup.path());
    EXPECT_EQ(count_of(report, "socket", "tcp_leaker"), 50);
    EXPECT_EQ(objects_of_others(report, "cgroup", "/" + cgroup.name()), 0);
}

TEST(Aim, AtSomethingThatThisHostDoesNotHave) {
    for (const auto& [option, name] :
         {std::pair("--cache", "no_such_cache"), std::pair("--site", "no_such_function"),
          std::pair("--cgroup", "no/such/cgroup")}) {
        const Finished finished = run(command({"trace", "--duration", "1s", option, name}));
        EXPECT_NE(finished.status, 0);
        EXPECT_NE(finished.err.find(name), std::string::npos) << finished.err;
        EXPECT_TRUE(finished.out.empty());
    }
}

} // namespace
} // namespace unfreed::e2e
