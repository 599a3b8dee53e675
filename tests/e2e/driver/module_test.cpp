// SPDX-License-Identifier: BSD-2-Clause
// Leaks of kernel code, made by the module of tests/vm/module: what leaked is known to the object.
#include "tool.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

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

// What the report says of the hook that sees kfree_rcu().
Json given_up_hook(const Json& report) {
    for (const Json& hook : report["hooks"])
        if (hook["class"] == "slab" && hook["stage"] == "rcu_pending")
            return hook;
    return {{"attached_as", "none"}, {"reason", "there is no such hook"}};
}

// By each kind of program that can serve the hook.
class ModuleRcu : public testing::TestWithParam<std::string> {};

// Objects that were freed, but whose memory a reader of RCU holds: who freed them is told.
TEST_P(ModuleRcu, SaysWhoGaveUpWhatIsPending) {
    if (!std::ifstream(kModule))
        GTEST_SKIP() << "the module unfreed_leaky is not loaded: only a VM loads it";
    const std::string pid = std::to_string(::getpid());
    std::vector<std::string> options{"trace", "-p", pid, "--class", "slab", "--min-age", "1s"};
    if (GetParam() == "kprobe")
        options.insert(options.end(), {"--without", "fentry"});
    Process tool(command(options));
    const bool tracing = tool.wait_for("tracing", true);
    if (tool.errors().find("cannot be seen on this kernel without fentry") != std::string::npos)
        GTEST_SKIP() << tool.errors();
    ASSERT_TRUE(tracing) << tool.errors();
    std::ofstream module(kModule);
    module << "rcu 50 12" << std::flush;
    ASSERT_TRUE(module) << "the module does not give objects to RCU";
    std::this_thread::sleep_for(std::chrono::seconds(3));
    tool.signal(SIGINT);
    const Json report = report_of(tool.finish());
    if (const Json hook = given_up_hook(report); hook["attached_as"] != GetParam())
        GTEST_SKIP() << "kvfree_call_rcu is not hooked by " << GetParam() << " here, but by "
                     << hook["attached_as"] << ": " << hook["reason"];
    std::uint64_t count = 0;
    for (const Json& group : report["groups"]) {
        if (!stack_has(group, "rcu_alloc_one"))
            continue;
        count += group["count"].get<std::uint64_t>();
        EXPECT_EQ(group["verdict"], "rcu-pending") << group;
        const Json& by = group["given_up_by"];
        ASSERT_TRUE(by.is_object()) << group;
        EXPECT_EQ(by["pid"], ::getpid());
        EXPECT_EQ(by["context"], "process");
        EXPECT_EQ(by["kernel_stack"].at(0)["function"], "kvfree_call_rcu") << by;
        EXPECT_EQ(by["kernel_stack"].at(1)["function"], "rcu_give_up_one") << by;
    }
    EXPECT_EQ(count, 50U) << report["groups"].dump().substr(0, 4000);
}

INSTANTIATE_TEST_SUITE_P(Kernel, ModuleRcu, testing::Values("fentry", "kprobe"),
                         [](const auto& tested) { return tested.param; });

// What gives origins of ended processes back waits for a grace period. While none ends, the report
// of a whole host comes all the same. The tool itself ends when the kernel lets go of its thread.
TEST(ModuleStall, TheReportDoesNotWaitForTheReader) {
    if (!std::ifstream(kModule))
        GTEST_SKIP() << "the module unfreed_leaky is not loaded: only a VM loads it";
    Process tool(command({"trace", "--class", "slab", "--min-age", "1s"}));
    ASSERT_TRUE(tool.wait_for("tracing", true)) << tool.errors();
    // The reader has a processor to itself, and with it the process that makes names, if it was
    // there: after 10 s the report comes without them. A slow machine needs as long again.
    constexpr std::chrono::seconds kStall{45};
    const auto start = std::chrono::steady_clock::now();
    std::ofstream module(kModule);
    module << "rcu 50 " << kStall.count() << std::flush;
    ASSERT_TRUE(module) << "the module does not give objects to RCU";
    for (int i = 0; i < 3; ++i) {
        Process({"/bin/sh", "-c", "exit 0"}).finish();
        std::this_thread::sleep_for(std::chrono::seconds(1));
    }
    tool.signal(SIGINT);
    EXPECT_TRUE(tool.wait_for("unfreed-report/1")) << tool.errors();
    EXPECT_LT(std::chrono::steady_clock::now() - start, kStall);
    tool.finish();
}

} // namespace
} // namespace unfreed::e2e
