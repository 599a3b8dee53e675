// SPDX-License-Identifier: BSD-2-Clause
// Sockets that kernel code does not let go, or not in order, made by the module of tests/vm/module.
#include "tool.h"

#include <gtest/gtest.h>

#include <fstream>
#include <thread>

namespace unfreed::e2e {
namespace {

const char* const kModule = "/proc/unfreed_leaky";

// The module does one thing while the host is traced.
Json trace_module(const std::string& classes, const std::string& order) {
    Process tool(command(
        {"trace", "--class", classes, "--min-age", "1s", "--duration", "1h", "--top", "1000"}));
    EXPECT_TRUE(tool.wait_for("tracing", true));
    std::ofstream module(kModule);
    module << order << std::flush;
    EXPECT_TRUE(module) << "the module refuses: " << order;
    std::this_thread::sleep_for(std::chrono::milliseconds(1500)); // older than --min-age
    tool.signal(SIGINT);
    return report_of(tool.finish());
}

// The class functions give births and deaths, or the slab tracepoints do.
class ModuleSockets : public testing::TestWithParam<std::string> {
  protected:
    void SetUp() override {
        if (!std::ifstream(kModule))
            GTEST_SKIP() << "the module unfreed_leaky is not loaded: only a VM loads it";
    }
};

std::vector<Json> groups_of_stack(const Json& report, const std::string& function) {
    std::vector<Json> groups;
    for (const Json& group : report["groups"])
        if (group["class"] == "socket" && stack_has(group, function))
            groups.push_back(group);
    return groups;
}

TEST_P(ModuleSockets, AReferenceThatIsNeverPutIsUnexplained) {
    for (const char* const order : {"sock", "sock tcp"}) {
        const Json report = trace_module(GetParam(), order);
        if (cannot_inspect(report))
            GTEST_SKIP() << "this kernel reads no single objects: kinds are not told apart";
        const auto groups = groups_of_stack(report, "leak_sock");
        ASSERT_EQ(groups.size(), 1u) << order << report["groups"].dump(1);
        EXPECT_EQ(groups[0]["kind"], "closed-unexplained");
        EXPECT_EQ(groups[0]["count"], 1);
        EXPECT_EQ(groups[0]["objects"][0]["details"]["refcount"], "1");
        EXPECT_NE(groups[0]["evidence"].get<std::string>().find("1 reference"), std::string::npos);
    }
}

TEST_P(ModuleSockets, AWrongMemoryAccountIsCaughtInTheAct) {
    const Json report = trace_module(GetParam(), "sockmem 77");
    bool hooked = false;
    for (const Json& hook : report["hooks"])
        hooked |= (hook["stage"] == "memory_held" || hook["function"] == "sk_stream_kill_queues") &&
                  hook["attached_as"] == "fexit";
    if (!hooked)
        GTEST_SKIP() << "no function can be hooked: nothing sees the end of a socket";
    const auto groups = groups_of_stack(report, "corrupt_sockmem");
    ASSERT_EQ(groups.size(), 1u) << report["groups"].dump(1);
    EXPECT_EQ(groups[0]["kind"], "memory-not-returned");
    EXPECT_EQ(groups[0]["count"], 1);
    EXPECT_EQ(groups[0]["bytes"], 77);
    EXPECT_NE(groups[0]["evidence"].get<std::string>().find("sk_forward_alloc 77 bytes"),
              std::string::npos)
        << groups[0]["evidence"];
}

INSTANTIATE_TEST_SUITE_P(Kernel, ModuleSockets, testing::Values("socket", "socket,dentry,slab"),
                         [](const auto& tested) {
                             return tested.param == "socket" ? "functions" : "tracepoints";
                         });

} // namespace
} // namespace unfreed::e2e
