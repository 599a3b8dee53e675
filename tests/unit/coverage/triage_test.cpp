// SPDX-License-Identifier: BSD-2-Clause
#include "coverage/triage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unfreed {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::uint64_t kMiB = 1 << 20;

TriageSample quiet_host() {
    TriageSample sample;
    sample.taken_at_ns = 1'000'000'000;
    sample.memory.total_bytes = 8192 * kMiB;
    for (const char* name : {"free", "slab", "page tables", "percpu", "vmalloc"})
        sample.memory.parts.push_back({name, 500 * kMiB});
    sample.memory.unaccounted_bytes = 300 * kMiB;
    SlabInfo slabs;
    slabs.caches = {{"dentry", 1000, 1000, 192, 21}, {"kmalloc-64", 5000, 5000, 64, 64}};
    sample.counts.slabs = slabs;
    Sockstat sockets;
    sockets.sockets_used = 100;
    ProtocolCounts tcp;
    tcp.protocol = "TCP";
    tcp.mem_pages = 10;
    sockets.protocols = {tcp};
    sample.counts.sockstat = sockets;
    sample.descriptors = {{12, "server", 100, 1024}};
    return sample;
}

TriageSample later(TriageSample sample) {
    sample.taken_at_ns += 5'000'000'000;
    return sample;
}

TEST(Triage, OfAQuietHostFindsNothing) {
    const Triage result = triage(quiet_host(), later(quiet_host()));
    EXPECT_THAT(result.findings, IsEmpty());
    EXPECT_THAT(result.caches, IsEmpty());
    EXPECT_EQ(result.duration_ns, 5'000'000'000u);
    EXPECT_EQ(result.next.front(), "trace");
}

TEST(Triage, NamesTheCacheThatGrows) {
    TriageSample end = later(quiet_host());
    end.counts.slabs->caches[1].total_objects += 100'000;
    const Triage result = triage(quiet_host(), end);
    ASSERT_EQ(result.findings.size(), 1u);
    EXPECT_THAT(result.findings[0], HasSubstr("slab cache kmalloc-64 grew by 6.1 MiB"));
    EXPECT_THAT(result.next, Contains("kmalloc-64"));
    end.counts.slabs->caches[0].total_objects += 100'000;
    EXPECT_THAT(triage(quiet_host(), end).findings[0], HasSubstr("slab cache dentry"));
    EXPECT_THAT(triage(quiet_host(), end).next, Contains("dentry"));
}

TEST(Triage, TellsQueuesFromPagesNobodyAccountsFor) {
    TriageSample end = later(quiet_host());
    end.memory.unaccounted_bytes += 64 * kMiB;
    EXPECT_THAT(triage(quiet_host(), end).findings[0],
                HasSubstr("64.0 MiB of pages went that no part accounts for"));
    end.counts.sockstat->protocols[0].mem_pages = 10 + 64 * kMiB / 4096;
    const Triage result = triage(quiet_host(), end);
    ASSERT_EQ(result.findings.size(), 1u);
    EXPECT_THAT(result.findings[0], HasSubstr("TCP memory grew by 64.0 MiB"));
    EXPECT_THAT(result.next, Contains("socket"));
}

TEST(Triage, NamesTheOtherParts) {
    for (std::size_t part : {2u, 3u, 4u}) {
        TriageSample end = later(quiet_host());
        end.memory.parts[part].bytes += 3 * kMiB;
        EXPECT_THAT(triage(quiet_host(), end).findings[0],
                    HasSubstr(end.memory.parts[part].name + " grew by 3.0 MiB"));
    }
}

TEST(Triage, NamesAProcessNearItsLimitAndDyingCgroups) {
    TriageSample end = later(quiet_host());
    end.descriptors = {{12, "server", 1000, 1024}};
    Triage result = triage(quiet_host(), end);
    EXPECT_THAT(result.findings[0], HasSubstr("server[12] has 1000 descriptors open of 1024"));
    EXPECT_THAT(result.next, Contains("12"));
    end.descriptors.clear();
    end.dying_cgroups = 2000;
    EXPECT_THAT(triage(quiet_host(), end).findings[0], HasSubstr("2000 cgroups were removed"));
}

// What a host does not tell is no finding.
TEST(Triage, MissingCountsAreNoGrowth) {
    TriageSample end = later(quiet_host());
    end.counts = {};
    EXPECT_THAT(triage(quiet_host(), end).findings, IsEmpty());
    EXPECT_THAT(triage(end, later(quiet_host())).findings, IsEmpty());
}

} // namespace
} // namespace unfreed
