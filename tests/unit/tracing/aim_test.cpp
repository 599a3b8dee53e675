// SPDX-License-Identifier: BSD-2-Clause
#include "support/fake_kernel_symbols.h"
#include "tracing/aim.h"

#include <gmock/gmock.h>

namespace unfreed {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

KnownCaches known() {
    KnownCaches known;
    for (const char* name : {"TCP", "TCPv6", "dentry", "kmalloc-192", "kmalloc-1k", "kmalloc-cg-1k",
                             "posix_timers_cache"}) {
        SlabCache cache;
        cache.name = name;
        known.slabs.caches.push_back(cache);
    }
    known.links = {{"mnt_cache", ":A-1"}, {"posix_timers_cache", ":A-1"}, {"dentry", ":a-2"}};
    return known;
}

TEST(AimTest, ACacheHasEveryNameItWasMergedUnder) {
    bpf::Aim aim;
    ASSERT_TRUE(aim_at_caches({"mnt_cache", "TCP"}, known(), aim));
    EXPECT_THAT(aim.caches, ElementsAre("TCP", "mnt_cache", "posix_timers_cache"));
    EXPECT_TRUE(aim.sizes.empty());
}

TEST(AimTest, APatternStandsForAllItMatches) {
    bpf::Aim aim;
    ASSERT_TRUE(aim_at_caches({"TCP*"}, known(), aim));
    EXPECT_THAT(aim.caches, ElementsAre("TCP", "TCPv6"));
}

TEST(AimTest, KmallocCachesAreKnownBySizeToo) {
    bpf::Aim aim;
    ASSERT_TRUE(aim_at_caches({"kmalloc-*"}, known(), aim));
    EXPECT_THAT(aim.sizes, ElementsAre(192U, 1024U));
    EXPECT_EQ(kmalloc_size("kmalloc-rnd-05-8k"), 8192U);
    EXPECT_EQ(kmalloc_size("dma-kmalloc-16"), 16U);
    EXPECT_EQ(kmalloc_size("kmalloc-"), 0U);
    EXPECT_EQ(kmalloc_size("kmalloc-99999999k"), 0U);
    EXPECT_EQ(kmalloc_size("radix_tree_node"), 0U);
}

TEST(AimTest, ANameThatIsNoneIsAnErrorWithWhatIsLikeIt) {
    bpf::Aim aim;
    const auto missing = aim_at_caches({"timers"}, known(), aim);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, Errc::usage);
    EXPECT_THAT(missing.error().message, HasSubstr("posix_timers_cache"));
    EXPECT_FALSE(aim_at_caches({"nothing*"}, known(), aim));
}

TEST(AimTest, AFunctionIsAllThatTheCompilerMadeOfIt) {
    unfreed::testing::FakeKernelSymbols symbols;
    symbols.add(0x1000, "alloc_one").add(0x3000, "alloc_one.isra.0").add(0x5000, "other");
    bpf::Aim aim;
    ASSERT_TRUE(aim_at_sites({"alloc_one"}, symbols, aim));
    ASSERT_EQ(aim.sites.size(), 2U);
    EXPECT_EQ(aim.sites[1].start, 0x3000U);
    EXPECT_EQ(aim.sites[1].end, 0x3100U);
    const auto missing = aim_at_sites({"alloc_two"}, symbols, aim);
    ASSERT_FALSE(missing);
    EXPECT_THAT(missing.error().message, HasSubstr("alloc_two"));
}

TEST(AimTest, WhatHasNoCacheIsNotMeantByOne) {
    const std::vector<ObjectClass> both{ObjectClass::percpu, ObjectClass::slab};
    EXPECT_EQ(
        *classes_aimed_at(both, true, {.caches = {}, .sites = {"f"}, .comms = {}, .cgroups = {}}),
        both);
    const AimNames cache{.caches = {"TCP"}, .sites = {}, .comms = {}, .cgroups = {}};
    EXPECT_THAT(*classes_aimed_at(both, false, cache), ElementsAre(ObjectClass::slab));
    const auto none = classes_aimed_at(both, true, cache);
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, Errc::usage);
    EXPECT_THAT(none.error().message, HasSubstr("class percpu"));
}

TEST(AimTest, ACgroupIsAFolderOfItsHierarchy) {
    bpf::Aim aim;
    EXPECT_FALSE(aim_at_cgroups({"no/such/cgroup"}, "/sys/fs/cgroup", aim));
    const auto elsewhere = aim_at_cgroups({"self"}, "/proc", aim);
    ASSERT_FALSE(elsewhere);
    EXPECT_THAT(elsewhere.error().message, HasSubstr("v2"));
}

} // namespace
} // namespace unfreed
