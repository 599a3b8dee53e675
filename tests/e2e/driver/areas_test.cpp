// SPDX-License-Identifier: BSD-2-Clause
// Class vmalloc: areas that a program leaks, whose size it chose itself, are told exactly, in count
// and bytes, and in one row.
#include "tool.h"

#include <bpf/libbpf.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>

namespace unfreed::e2e {
namespace {

constexpr std::uint64_t kPage = 4096; // of the machines that run this
// A map of one value of 40 000 bytes, and some hundred in front of it.
constexpr std::uint64_t kMapBytes = 10 * kPage;

bool follows_areas(const Json& report) {
    for (const Json& object_class : report["trace"]["classes"])
        if (object_class == "vmalloc")
            return true;
    return false;
}

// Kernels before 6.2 have no tracepoint for areas, and may not show them at all. On any other a
// trace without them is a fault, and no reason to skip.
bool may_be_unseen() {
    std::ifstream symbols("/proc/kallsyms");
    for (std::string word; symbols >> word;)
        if (word == "__traceiter_alloc_vmap_area")
            return false;
    return true;
}

// Kernel stacks of its threads and what else a process has are areas, too.
std::vector<Json> areas_of(const Json& report, const std::string& comm,
                           const std::string& function) {
    std::vector<Json> areas;
    for (const Json& group : groups_of(report, "vmalloc", comm))
        if (stack_has(group, function) && group["facts"]["structure"] != "allocators-own")
            areas.push_back(group);
    return areas;
}

// Areas of this size for maps, by the kernel's own list: with the guard page.
std::uint64_t maps_in_vmallocinfo(std::uint64_t bytes) {
    std::ifstream list("/proc/vmallocinfo");
    std::uint64_t count = 0;
    for (std::string line; std::getline(list, line);) {
        std::string range, caller;
        std::uint64_t size = 0;
        if (std::istringstream(line) >> range >> size >> caller &&
            caller.starts_with("array_map_alloc"))
            count += size == bytes + kPage;
    }
    return count;
}

TEST(AreasOwnMemory, OfACommandAreCountedExactly) {
    const Finished finished =
        run(command({"run", "--class", "vmalloc"}, {"--", program_path("area_leaker"), "300"}));
    if (may_be_unseen() &&
        finished.err.find("of class vmalloc cannot be seen") != std::string::npos)
        GTEST_SKIP() << finished.err;
    const Json report = report_of(finished);
    const auto groups = areas_of(report, "area_leaker", "map_create");
    ASSERT_EQ(groups.size(), 1u) << finished.out;
    // Of 300 works that wait at once, some are forgotten: they are counted apart.
    const auto count = groups[0]["count"].get<std::uint64_t>();
    EXPECT_EQ(count + groups[0]["released_after_exit"]["unknown"].get<std::uint64_t>(), 300)
        << finished.out;
    EXPECT_GE(count, 250) << finished.out;
    EXPECT_EQ(groups[0]["object_bytes"], kMapBytes);
    EXPECT_EQ(groups[0]["bytes"], count * kMapBytes);
    EXPECT_TRUE(report["complete"]) << report["losses"];
}

TEST(AreasOwnMemory, OfTheHostAreThoseThatTheKernelLists) {
    Process tool(command({"trace", "--min-age", "1s", "--top", "1000"}));
    ASSERT_TRUE(tool.wait_for("tracing", true)) << tool.errors();
    const std::uint64_t before = maps_in_vmallocinfo(kMapBytes);
    Process leaker({program_path("area_leaker"), "200", "--hold", "forever"});
    ASSERT_TRUE(leaker.wait_for("leaked"));
    const std::uint64_t listed = maps_in_vmallocinfo(kMapBytes) - before;
    const Json report = report_of(end_trace(tool));
    if (may_be_unseen() && !follows_areas(report))
        GTEST_SKIP() << "no areas are followed here: " << report["notes"];
    const auto groups = areas_of(report, "area_leaker", "map_create");
    ASSERT_EQ(groups.size(), 1u) << report["groups"].dump().substr(0, 4000);
    EXPECT_EQ(groups[0]["count"], 200);
    EXPECT_EQ(groups[0]["object_bytes"], kMapBytes);
    EXPECT_GE(listed, 200u); // those that a worker had not freed yet may be among them
}

// The rings are freed by the exit itself, the maps by a worker.
TEST(AreasOwnMemory, OfPacketRingsAreAsLargeAsTheRings) {
    if (const int fd = ::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0); fd >= 0)
        ::close(fd);
    else
        GTEST_SKIP() << "this host has no packet sockets";
    const Finished finished = run(command(
        {"run", "--class", "vmalloc"}, {"--", program_path("area_leaker"), "6", "--kind", "ring"}));
    if (may_be_unseen() &&
        finished.err.find("of class vmalloc cannot be seen") != std::string::npos)
        GTEST_SKIP() << finished.err;
    const Json report = report_of(finished);
    const auto groups = areas_of(report, "area_leaker", "packet_set_ring");
    ASSERT_EQ(groups.size(), 1u) << finished.out;
    EXPECT_EQ(groups[0]["count"], 6) << finished.out;
    EXPECT_EQ(groups[0]["released_at_exit"], 6);
    EXPECT_EQ(groups[0]["object_bytes"], 8U << 20);
}

TEST(AreasOwnMemory, ThatAreGivenBackAreNoLeak) {
    const Finished finished =
        run(command({"run", "--class", "vmalloc"},
                    {"--", program_path("area_leaker"), "1", "--balanced", "1000"}));
    if (may_be_unseen() &&
        finished.err.find("of class vmalloc cannot be seen") != std::string::npos)
        GTEST_SKIP() << finished.err;
    const Json report = report_of(finished);
    std::uint64_t count = 0;
    for (const Json& group : areas_of(report, "area_leaker", "map_create"))
        count += group["count"].get<std::uint64_t>();
    EXPECT_EQ(count, 1) << finished.out;
    EXPECT_GE(report["totals"]["births"].get<std::uint64_t>(), 1001u);
    EXPECT_TRUE(report["complete"]) << report["losses"];
}

// An area comes with what describes it: a struct, a list of its pages, which of a large one is an
// area itself. All that is one row, that of the map, with the size of the memory.
TEST(AreasOwnMemory, AreOneRowWithWhatDescribesThem) {
    const Finished finished =
        run(command({"run"}, {"--top", "1000", "--", program_path("area_leaker"), "12", "--bytes",
                              "2200000", "--balanced", "0"}));
    const Json report = report_of(finished);
    if (may_be_unseen() && !follows_areas(report))
        GTEST_SKIP() << "no areas are followed here: " << report["notes"];
    std::uint64_t rows = 0;
    for (const Json& group : report["groups"]) {
        if (!stack_has(group, "map_create") || group["attention"] == "none" || group["companion"])
            continue;
        ++rows;
        EXPECT_EQ(group["thing"]["singular"], "BPF map") << group;
        EXPECT_EQ(group["count"], 12) << group;
        Json areas;
        for (const Json& companion : group["companions"])
            if (companion["class"] == "vmalloc")
                areas.push_back(companion);
        ASSERT_EQ(areas.size(), 1u) << group;
        EXPECT_EQ(areas[0]["count"], 12) << group;
        EXPECT_EQ(areas[0]["bytes"], 12 * 538 * kPage) << group;
    }
    EXPECT_EQ(rows, 1u) << report["groups"].dump().substr(0, 8000);
}

struct KernelCase {
    std::string object_class, command, function;
    std::uint64_t count;
    std::uint64_t bytes; // of one; per-CPU: on each
};
class ModuleOwnMemory : public testing::TestWithParam<KernelCase> {};

// What a module never frees outlives everybody.
TEST_P(ModuleOwnMemory, IsCountedExactly) {
    const KernelCase& tested = GetParam();
    const char* const path = "/proc/unfreed_leaky";
    if (!std::ifstream(path))
        GTEST_SKIP() << "the module unfreed_leaky is not loaded: only a VM loads it";
    Process tool(command({"trace", "--min-age", "1s", "--top", "1000"}));
    ASSERT_TRUE(tool.wait_for("tracing", true)) << tool.errors();
    std::ofstream module(path);
    module << tested.command << std::flush;
    ASSERT_TRUE(module) << "the module refuses: " << tested.command;
    std::this_thread::sleep_for(std::chrono::seconds(2));
    tool.signal(SIGINT);
    const Json report = report_of(tool.finish());
    std::vector<Json> found;
    for (const Json& group : report["groups"])
        if (group["class"] == tested.object_class && stack_has(group, tested.function) &&
            group["facts"]["structure"] != "allocators-own")
            found.push_back(group);
    if (found.empty() && tested.object_class == "vmalloc" && may_be_unseen() &&
        !follows_areas(report))
        GTEST_SKIP() << "no areas are followed here: " << report["notes"];
    ASSERT_EQ(found.size(), 1u) << report["groups"].dump().substr(0, 4000);
    EXPECT_EQ(found[0]["count"], tested.count);
    const auto cpus = static_cast<std::uint64_t>(libbpf_num_possible_cpus());
    EXPECT_EQ(found[0]["object_bytes"],
              tested.bytes * (tested.object_class == "percpu" ? cpus : 1));
}

INSTANTIATE_TEST_SUITE_P(
    Kernel, ModuleOwnMemory,
    testing::Values(KernelCase{"vmalloc", "vmalloc 25 100000", "vmalloc_one", 25, 25 * kPage},
                    KernelCase{"percpu", "percpu 40 24", "percpu_one", 40, 24}),
    [](const auto& tested) { return tested.param.object_class; });

} // namespace
} // namespace unfreed::e2e
