// SPDX-License-Identifier: BSD-2-Clause
// The growth that is traced is the growth that the kernel counts.
#include "slab_shrinker.h"
#include "tool.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
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

// The folders of these caches in /sys/kernel/slab: a merged cache has that of the shared id.
std::vector<std::string> folders_of(const std::vector<std::string>& caches) {
    std::vector<std::string> folders;
    for (const std::string& cache : caches) {
        std::error_code missing;
        const auto path = std::filesystem::canonical("/sys/kernel/slab/" + cache, missing);
        if (!missing)
            folders.push_back(path.filename().string());
    }
    return folders;
}

// Runs a host-wide trace of everything; `work` is done while it traces, and what it returns is kept
// until the report is made. The kernel's counts of `caches` are made exact at both ends. The table
// is ten times what is put into it: what finds no room is no part of this test.
template <class Work>
Json trace_exactly(const std::vector<std::string>& caches, Work work) {
    auto shrinker = std::make_unique<SlabShrinker>(folders_of(caches));
    shrinker->wait_for_two_rounds();
    Process tool(command({"trace", "--class", "socket,dentry,slab", "--stacks", "adaptive",
                          "--min-age", "1s", "--top", "500", "--max-objects", "3500000"}));
    EXPECT_TRUE(tool.wait_for("tracing", true, seconds(120)));
    shrinker.reset();
    [[maybe_unused]] const auto kept = work();
    std::this_thread::sleep_for(seconds(2)); // RCU callbacks, deferred frees
    shrinker = std::make_unique<SlabShrinker>(folders_of(caches));
    shrinker->wait_for_two_rounds();
    tool.signal(SIGINT);
    return report_of(tool.finish(seconds(300)));
}

std::int64_t slabs_of_cpus(const std::string& cache) {
    std::int64_t objects_per_slab = 0;
    std::ifstream("/sys/kernel/slab/" + cache + "/objs_per_slab") >> objects_per_slab;
    return objects_per_slab * std::max(::sysconf(_SC_NPROCESSORS_ONLN), 1L);
}

// How many objects of a cache came or went without an event.
std::int64_t unseen_in(const Json& report, const std::string& cache) {
    const Json row = coverage_row(report, cache);
    return row.is_null()
               ? 0
               : row["kernel_delta"].get<std::int64_t>() - row["traced_delta"].get<std::int64_t>();
}

// At least this much was added, and at most one in a thousand of it is missing or too much. A host
// with tracepoints only is one that others use: each CPU has a new slab as soon as anybody
// allocates, and some processes BPF programs do not see (docs/accuracy.md). Such a one reads /proc,
// each of whose inodes has a dentry.
bool is_covered(const Json& report, const Json& row) {
    const std::int64_t traced = row["traced_delta"];
    std::int64_t kernel = row["kernel_delta"];
    std::int64_t tolerance = kernel / 1000;
    if (tracepoints_only(report)) {
        tolerance += slabs_of_cpus(row["cache"]);
        if (row["cache"] == "dentry")
            kernel -= unseen_in(report, "proc_inode_cache");
    }
    const bool covered = traced >= kGrown && std::abs(traced - kernel) <= tolerance;
    if (!covered)
        std::printf("not covered: %s\n", row.dump().c_str());
    return covered;
}

// What others do on a shared host cannot be stopped, only be hoped to be less the next time; and
// slabinfo takes the free objects of a CPU's slab for living ones, if it is read between two rounds
// of shrinking. An event that is missed by rule is missed each time.
template <class Attempt>
bool succeeds_soon(Attempt attempt) {
    for (int i = 0; i < 5; ++i) {
        Json report;
        if (attempt(report))
            return true;
        std::this_thread::sleep_for(seconds(3));
    }
    return false;
}

std::unique_ptr<Process> leak(std::vector<std::string> words) {
    words[0] = program_path(words[0]);
    words.insert(words.end(), {"--balanced", "0", "--hold", "forever"});
    auto leaker = std::make_unique<Process>(words);
    EXPECT_TRUE(leaker->wait_for("leaked", false, seconds(300)));
    return leaker;
}

void print_grown(const Json& report) {
    for (const Json& row : report["coverage"])
        if (std::abs(row["traced_delta"].get<std::int64_t>()) >= kGrown)
            print(row);
}

// Without descriptors, for which that process would make a dentry each.
TEST(Coverage, OfNegativeDentriesIsTheKernels) {
    if (!SlabShrinker::possible())
        GTEST_SKIP() << "no /sys/kernel/slab: the kernel's counts cannot be made exact";
    EXPECT_TRUE(succeeds_soon([](Json& report) {
        report = trace_exactly({"dentry", "proc_inode_cache"}, [] {
            // So many that the slab of a CPU, 21 of them, is less than one in a thousand.
            return leak({"negative_leaker", "/sys/kernel", std::to_string(5 * kKept)});
        });
        print_grown(report);
        const Json row = coverage_row(report, "dentry");
        return !row.is_null() && is_covered(report, row);
    }));
}

// 10 000 each of sockets, files, dentries and kmalloc objects, made and kept.
TEST(Coverage, IsThatOfTheKernelsOwnCounts) {
    if (!SlabShrinker::possible())
        GTEST_SKIP() << "no /sys/kernel/slab: the kernel's counts cannot be made exact";
    const std::vector<std::string> caches{"dentry", "sock_inode_cache", "TCP", "UNIX-STREAM",
                                          "filp",   "kmalloc-64"};
    std::vector<std::string> shrunk = caches;
    for (const char* also : {"UNIX", "kmalloc-cg-64", "kmalloc-rcl-64"})
        shrunk.emplace_back(also);
    const std::string count = std::to_string(kKept);
    EXPECT_TRUE(succeeds_soon([&](Json& report) {
        TempDir dir;
        report = trace_exactly(shrunk, [&] {
            std::vector<std::unique_ptr<Process>> leakers;
            for (const std::vector<std::string>& words :
                 {std::vector<std::string>{"tcp_leaker", count},
                  {"unix_leaker", count},
                  {"dentry_leaker", dir.path, count},
                  // A slab of kmalloc-64, of which each CPU holds one, has 64 objects.
                  {"eventfd_leaker", count},
                  {"eventfd_leaker", count},
                  {"eventfd_leaker", count},
                  {"timerfd_leaker", count}})
                leakers.push_back(leak(words));
            return leakers;
        });
        print_grown(report);
        std::size_t found = 0;
        bool covered = true;
        for (const Json& row : report["coverage"]) {
            const std::string cache = row["cache"];
            const bool asked = std::find(caches.begin(), caches.end(), cache) != caches.end();
            // What UNIX sockets are in depends on the merging of caches.
            const bool other_sockets = row["class"] == "socket" && cache.front() != '/';
            if (!asked && !(other_sockets && row["kernel_delta"] >= kGrown))
                continue;
            ++found;
            // Dentries of a host where /proc is read unseen: the test above.
            if (cache != "dentry" || !tracepoints_only(report))
                covered &= is_covered(report, row);
        }
        return covered && found == caches.size();
    }));
}

// A cache of its own, into which the test module (tests/vm/module) leaks a known number.
TEST(Coverage, OfALeakingModuleIsWhatItLeaks) {
    const char* const module = "/proc/unfreed_leaky";
    if (::access(module, W_OK) != 0)
        GTEST_SKIP() << "the module leaky is not loaded (tests/vm/run.py --module leaky)";
    const Json report = trace_exactly({"unfreed_leaky"}, [&] {
        std::ofstream(module) << "balanced 5000" << std::flush;
        std::ofstream(module) << "cache 1234" << std::flush;
        return 0;
    });
    const Json row = coverage_row(report, "unfreed_leaky");
    if (row.is_null())
        GTEST_SKIP() << "this kernel has merged the cache of the module with others";
    EXPECT_EQ(row["traced_delta"], 1234);
    EXPECT_EQ(row["kernel_delta"], 1234);
    EXPECT_EQ(row["reliable"], true);
}

} // namespace
} // namespace unfreed::e2e
