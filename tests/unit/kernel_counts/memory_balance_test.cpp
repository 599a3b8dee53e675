// SPDX-License-Identifier: BSD-2-Clause
#include "kernel_counts/descriptors.h"
#include "kernel_counts/dying_cgroups.h"
#include "kernel_counts/memory_balance.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

namespace unfreed {
namespace {

constexpr std::string_view kMeminfo = "MemTotal:        1000 kB\n"
                                      "MemFree:          100 kB\n"
                                      "MemAvailable:     900 kB\n"
                                      "Buffers:           10 kB\n"
                                      "Cached:           200 kB\n"
                                      "SwapCached:         5 kB\n"
                                      "AnonPages:        150 kB\n"
                                      "KReclaimable:      60 kB\n"
                                      "Slab:              90 kB\n"
                                      "SReclaimable:      50 kB\n"
                                      "SUnreclaim:        40 kB\n"
                                      "KernelStack:        8 kB\n"
                                      "PageTables:        12 kB\n"
                                      "VmallocUsed:       28 kB\n"
                                      "Percpu:             6 kB\n"
                                      "HugePages_Total:       7\n";

std::uint64_t part(const MemoryBalance& balance, std::string_view name) {
    for (const MemoryBalance::Part& one : balance.parts)
        if (one.name == name)
            return one.bytes / 1024;
    ADD_FAILURE() << name;
    return 0;
}

TEST(MemoryBalance, PartsExcludeEachOtherAndAddUp) {
    const auto balance = parse_memory_balance(kMeminfo);
    ASSERT_TRUE(balance);
    EXPECT_EQ(balance->total_bytes, 1000u * 1024);
    EXPECT_EQ(part(*balance, "files"), 215u);
    EXPECT_EQ(part(*balance, "vmalloc"), 20u); // without the kernel stacks in it
    EXPECT_EQ(part(*balance, "other reclaimable"), 10u);
    EXPECT_EQ(part(*balance, "huge pages"), 0u);
    std::int64_t sum = balance->unaccounted_bytes;
    for (const MemoryBalance::Part& one : balance->parts)
        sum += static_cast<std::int64_t>(one.bytes);
    EXPECT_EQ(sum, 1000 * 1024);
    EXPECT_EQ(balance->unaccounted_bytes,
              (1000 - 100 - 215 - 150 - 90 - 8 - 12 - 20 - 6 - 10) * 1024);
}

TEST(MemoryBalance, PagesInTheListsOfACpuAreFree) {
    constexpr std::string_view kZoneinfo = "Node 0, zone      DMA\n"
                                           "  pages free     2816\n"
                                           "  pagesets\n"
                                           "    cpu: 0\n"
                                           "              count:    100\n"
                                           "              high:     0\n"
                                           "    cpu: 1\n"
                                           "              count:    23\n";
    EXPECT_EQ(pages_in_cpu_lists(kZoneinfo), 123u);
    EXPECT_EQ(pages_in_cpu_lists(""), 0u);
    const auto balance = parse_memory_balance(kMeminfo, 50 * 1024);
    ASSERT_TRUE(balance);
    EXPECT_EQ(part(*balance, "free"), 150u);
}

TEST(MemoryBalance, NonsenseIsAnErrorOrNothing) {
    EXPECT_FALSE(parse_memory_balance(""));
    EXPECT_FALSE(parse_memory_balance("MemTotal: 10 kB\n"));
    EXPECT_FALSE(parse_memory_balance("MemTotal: 10 kB\nMemFree: x kB\n"));
    const auto more = parse_memory_balance("MemTotal: 10 kB\nMemFree: 12 kB\n");
    ASSERT_TRUE(more);
    EXPECT_EQ(more->unaccounted_bytes, -2 * 1024);
}

TEST(MemoryBalance, OfThisHostIsMostlyAccountedFor) {
    const auto balance = read_memory_balance();
    ASSERT_TRUE(balance);
    EXPECT_LT(balance->unaccounted_bytes, static_cast<std::int64_t>(balance->total_bytes));
}

TEST(DyingCgroups, AreThoseOfTheRoot) {
    EXPECT_EQ(parse_dying_cgroups("nr_descendants 12\nnr_dying_descendants 345\n"), 345u);
    EXPECT_EQ(parse_dying_cgroups("nr_descendants 12\n"), std::nullopt);
    EXPECT_EQ(read_dying_cgroups("/nowhere"), std::nullopt);
}

// This process, with a limit of its own that it has nearly reached.
TEST(DescriptorUse, FindsWhoIsNearItsLimit) {
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    std::vector<int> fds;
    for (int i = 0; i < 40; ++i)
        fds.push_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    const rlimit tight{static_cast<rlim_t>(fds.back()) + 8, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
    const auto uses = read_descriptor_use();
    ::setrlimit(RLIMIT_NOFILE, &before);
    for (const int fd : fds)
        ::close(fd);
    const auto mine = std::find_if(uses.begin(), uses.end(), [](const DescriptorUse& use) {
        return use.pid == static_cast<std::uint32_t>(::getpid());
    });
    ASSERT_NE(mine, uses.end());
    EXPECT_GE(mine->open, 40u);
    EXPECT_EQ(mine->limit, tight.rlim_cur);
    EXPECT_FALSE(mine->comm.empty());
    EXPECT_TRUE(read_descriptor_use("/nowhere").empty());
}

} // namespace
} // namespace unfreed
