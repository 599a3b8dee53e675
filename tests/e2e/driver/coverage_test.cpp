// SPDX-License-Identifier: BSD-2-Clause
// The growth that is traced is the growth that the kernel counts.
#include "slab_shrinker.h"
#include "tool.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <thread>

namespace unfreed::e2e {
namespace {

using std::chrono::seconds;

constexpr int kKept = 10'000;
// What others on the host do meanwhile comes on top.
constexpr std::int64_t kGrown = kKept - 100;

Json coverage_row(const Json& report, const std::string& cache) {
    for (const Json& row : report["coverage"])
        if (row["cache"] == cache)
            return row;
    return nullptr;
}

void print(const Json& row) {
    std::printf("%-28s %-7s traced %+7lld  kernel %+7lld  %.4f %%%s\n",
                row["cache"].get<std::string>().c_str(), row["class"].get<std::string>().c_str(),
                row["traced_delta"].get<long long>(), row["kernel_delta"].get<long long>(),
                row["ratio"].is_null() ? 0 : row["ratio"].get<double>() * 100,
                row["reliable"] ? "" : " not reliable");
}

// Runs a host-wide trace of everything; `work` is done while it traces, and what it returns is kept
// until the report is made. The kernel's counts are made exact at both ends.
template <class Work>
Json trace_exactly(Work work) {
    auto shrinker = std::make_unique<SlabShrinker>();
    Process tool(command({"trace", "--class", "socket,dentry,slab", "--stacks", "adaptive",
                          "--min-age", "1s", "--top", "500"}));
    EXPECT_TRUE(tool.wait_for("tracing", true, seconds(120)));
    shrinker.reset();
    const auto kept = work();
    std::this_thread::sleep_for(seconds(2)); // RCU callbacks, deferred frees
    shrinker = std::make_unique<SlabShrinker>();
    shrinker->wait_for_two_rounds();
    tool.signal(SIGINT);
    return report_of(tool.finish(seconds(300)));
}

// 10 000 each of sockets, files, dentries and kmalloc objects, made and kept.
TEST(Coverage, IsThatOfTheKernelsOwnCounts) {
    if (!SlabShrinker::possible())
        GTEST_SKIP() << "no /sys/kernel/slab: the kernel's counts cannot be made exact";
    TempDir dir;
    const std::string count = std::to_string(kKept);
    const Json report = trace_exactly([&] {
        std::vector<std::unique_ptr<Process>> leakers;
        for (std::vector<std::string> words : {std::vector<std::string>{"tcp_leaker", count},
                                               {"unix_leaker", count},
                                               {"dentry_leaker", dir.path, count},
                                               {"eventfd_leaker", count},
                                               {"timerfd_leaker", count},
                                               {"pipe_leaker", count}}) {
            words[0] = program_path(words[0]);
            words.insert(words.end(), {"--balanced", "1", "--hold", "forever"});
            leakers.push_back(std::make_unique<Process>(words));
            EXPECT_TRUE(leakers.back()->wait_for("leaked", false, seconds(300)));
        }
        return leakers;
    });
    int kmalloc = 0;
    int sockets = 0;
    int judged = 0;
    for (const Json& row : report["coverage"]) {
        if (row["kernel_delta"].is_null() ||
            std::abs(row["kernel_delta"].get<long long>()) < kGrown)
            continue;
        print(row);
        if (!row["reliable"])
            continue;
        EXPECT_GE(row["ratio"], 0.999) << row;
        ++judged;
        sockets += row["class"] == "socket" && !row["cache"].get<std::string>().starts_with('/');
        kmalloc += row["cache"].get<std::string>().starts_with("kmalloc-");
    }
    for (const char* cache : {"dentry", "sock_inode_cache", "TCP", "filp"}) {
        const Json row = coverage_row(report, cache);
        ASSERT_FALSE(row.is_null()) << cache;
        EXPECT_TRUE(row["reliable"]) << row;
        EXPECT_GE(row["kernel_delta"], kGrown) << row;
    }
    EXPECT_GE(sockets, 2) << "TCP and UNIX, or what the latter is merged with";
    EXPECT_GE(kmalloc, 2);
    EXPECT_GE(judged, 8);
}

} // namespace
} // namespace unfreed::e2e
