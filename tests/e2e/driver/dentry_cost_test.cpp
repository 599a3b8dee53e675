// SPDX-License-Identifier: BSD-2-Clause
// How many programs of the tool run for a look-up that the dentry cache answers.
#include "disk_dir.h"
#include "tool.h"

#include <bpf/bpf.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iostream>

namespace unfreed::e2e {
namespace {

// Runs of all programs of the tool, while the kernel counts them.
std::uint64_t runs_so_far() {
    std::uint64_t runs = 0;
    for (std::uint32_t id = 0; bpf_prog_get_next_id(id, &id) == 0;) {
        const int fd = bpf_prog_get_fd_by_id(id);
        if (fd < 0)
            continue;
        bpf_prog_info info{};
        std::uint32_t size = sizeof(info);
        const std::string name = bpf_obj_get_info_by_fd(fd, &info, &size) == 0 ? info.name : "";
        for (const char* prefix : {"slab_", "socket_", "dentry_", "process_"})
            runs += name.starts_with(prefix) ? info.run_cnt : 0;
        ::close(fd);
    }
    return runs;
}

// Per stat() of a file that exists and is cached.
double runs_per_stat(const std::vector<std::string>& trace, Json& report) {
    constexpr int kStats = 20'000;
    DiskDir dir;
    const std::string file = (dir.path.empty() ? "/tmp" : dir.path) + "/present";
    std::ofstream(file).put('x');
    const int counting = bpf_enable_stats(BPF_STATS_RUN_TIME);
    EXPECT_GE(counting, 0);
    Process tool(command(trace));
    EXPECT_TRUE(tool.wait_for("tracing", true));
    struct stat status {};
    EXPECT_EQ(::stat(file.c_str(), &status), 0);
    const std::uint64_t before = runs_so_far();
    for (int i = 0; i < kStats; ++i)
        EXPECT_EQ(::stat(file.c_str(), &status), 0);
    const std::uint64_t after = runs_so_far();
    ::close(counting);
    tool.signal(SIGINT);
    report = report_of(tool.finish());
    ::unlink(file.c_str());
    const double runs = static_cast<double>(after - before) / kStats;
    std::cout << "runs per stat: " << runs << "\n";
    return runs;
}

// Others make and free dentries meanwhile; a program on the path itself would add a whole one.
constexpr double kOthers = 0.5;

TEST(LookupCost, AtMostOneProgramRunsForACachedNameOfAnyProcess) {
    Json report;
    const double runs = runs_per_stat({"trace", "--class", "dentry", "--duration", "1h"}, report);
    if (tracepoints_only(report))
        GTEST_SKIP() << "tracepoint programs only: each allocation of a name's buffer runs them, "
                     << runs << " for a stat";
    EXPECT_LT(runs, kOthers);
}

TEST(LookupCost, OneProgramRunsForACachedNameOfATracedProcess) {
    Json report;
    const double runs = runs_per_stat(
        {"trace", "-p", std::to_string(::getpid()), "--class", "dentry", "--duration", "1h"},
        report);
    if (tracepoints_only(report))
        GTEST_SKIP() << "tracepoint programs only: each allocation of a name's buffer runs them, "
                     << runs << " for a stat";
    // dput() it is, which the kernel calls twice for a path: once for nothing, with no dentry.
    EXPECT_LT(runs, 2 + kOthers);
}

} // namespace
} // namespace unfreed::e2e
