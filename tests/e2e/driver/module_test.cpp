// SPDX-License-Identifier: BSD-2-Clause
// Leaks of kernel code, made by the module of tests/vm/module: what leaked is known to the object.
#include "tool.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <thread>

namespace unfreed::e2e {
namespace {

const char* const kModule = "/proc/unfreed_leaky";

// Within an allocation the allocator may allocate for itself (sheaves): the cache tells that apart.
// Its name is right with slab_nomerge on the command line.
struct ModuleCase {
    std::string name, command, cache, function;
    std::uint64_t count;
};

// Older kernels (6.1) keep a cache that was destroyed too early in their list, newer ones (6.12) do
// not. kmalloc names may be those of sizes.
bool slabinfo_has(const std::string& cache) {
    if (cache.starts_with("kmalloc"))
        return true;
    std::ifstream slabinfo("/proc/slabinfo");
    for (std::string line; std::getline(slabinfo, line);)
        if (line.starts_with(cache + " "))
            return true;
    return false;
}

class ModuleLeaks : public testing::TestWithParam<ModuleCase> {};

TEST_P(ModuleLeaks, AreCountedExactly) {
    const ModuleCase& tested = GetParam();
    if (!std::ifstream(kModule))
        GTEST_SKIP() << "the module unfreed_leaky is not loaded: only a VM loads it";
    Process tool(command(
        {"trace", "--class", "slab", "--min-age", "1s", "--duration", "1h", "--top", "1000"}));
    ASSERT_TRUE(tool.wait_for("tracing", true));
    std::ofstream module(kModule);
    module << tested.command << std::flush;
    ASSERT_TRUE(module) << "the module refuses: " << tested.command;
    std::this_thread::sleep_for(std::chrono::seconds(2));
    tool.signal(SIGINT);
    const Json report = report_of(tool.finish());
    std::uint64_t count = 0;
    for (const Json& group : report["groups"])
        if (stack_has(group, tested.function) &&
            (tested.cache.empty() || group["cache"] == tested.cache)) {
            count += group["count"].get<std::uint64_t>();
            EXPECT_EQ(group["cache_destroyed"], !slabinfo_has(group["cache"])) << group;
        }
    EXPECT_EQ(count, tested.count) << report["groups"].dump().substr(0, 4000);
}

INSTANTIATE_TEST_SUITE_P(
    Kernel, ModuleLeaks,
    testing::Values(
        ModuleCase{"one_in_ten_thousand", "oneof 30000 3", "unfreed_leaky", "oneof_alloc_one", 3},
        ModuleCase{"balanced", "balanced 10000", "unfreed_leaky", "balanced_alloc_one", 0},
        ModuleCase{"large_kmalloc", "kmalloc 20 20000", "", "kmalloc_one", 20},
        // Its pages stay, and so do the objects: nothing frees them.
        ModuleCase{"destroyed_cache", "destroyed 50", "unfreed_gone", "leak_destroyed", 50}),
    [](const auto& tested) { return tested.param.name; });

} // namespace
} // namespace unfreed::e2e
