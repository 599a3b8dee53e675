// SPDX-License-Identifier: BSD-2-Clause
#include "coverage/coverage.h"
#include "coverage/hidden_frees.h"
#include "support/snapshot_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unfreed::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// Counts that a test sets.
class FakeBooks final : public KernelBooks {
  public:
    KernelCounts counts;
    SlabNames::Links links;

    FakeBooks() {
        counts.slabs.emplace();
        counts.sockstat.emplace();
        counts.dentries.emplace();
    }
    FakeBooks& cache(const std::string& name, std::uint64_t active) {
        std::erase_if(counts.slabs->caches, [&](const SlabCache& one) { return one.name == name; });
        counts.slabs->caches.push_back({name, active, active, 192, 21});
        return *this;
    }
    KernelCounts read() override { return counts; }
    SlabNames::Links slab_links() override { return links; }
    unsigned cpus() override { return 2; }
};

class CoverageTest : public testing::Test {
  protected:
    FakeBooks books;
    SnapshotBuilder builder;
    std::vector<UnfollowedCache> unfollowed;
    CoverageInput input;
    HiddenPlaces places;
    bool judged = true; // of only_row()

    void begin() { input.before = books.read(); }
    void origin(std::uint32_t id, const std::string& cache, const OriginCounts& counts,
                ObjectClass object_class = ObjectClass::slab) {
        builder.origin({.id = id, .object_class = object_class, .cache_name = cache}, counts);
    }
    std::vector<CoverageRow> end() {
        input.after = books.read();
        input.names = SlabNames(books.slab_links(), *input.after.slabs);
        input.cpus = books.cpus();
        input.wants_slab = true;
        return compare(traced_growth(builder.snapshot, unfollowed, input.names, places), input);
    }
    Coverage only_row() {
        const auto rows = end();
        EXPECT_EQ(rows.size(), 1U);
        if (rows.empty())
            return {};
        judged = rows.front().judged;
        return rows.front().row;
    }
};

TEST_F(CoverageTest, TracedGrowthStandsBesideTheKernels) {
    books.cache("dentry", 40'000);
    begin();
    books.cache("dentry", 50'015);
    origin(1, "dentry", {.births = 12'000, .deaths = 1'988}, ObjectClass::dentry);
    const Coverage row = only_row();
    EXPECT_EQ(row.cache, "dentry");
    EXPECT_EQ(row.object_class, "dentry");
    EXPECT_EQ(row.traced_delta, 10'012);
    EXPECT_EQ(row.kernel_delta, 10'015);
    EXPECT_NEAR(*row.ratio, 0.9997, 1e-5);
    EXPECT_TRUE(row.reliable);
}

// The kernel's counts of slab caches know nothing of it.
TEST_F(CoverageTest, WhatComesFromNoCacheIsInNoRow) {
    books.cache("dentry", 1);
    begin();
    origin(1, "", {.births = 9}, ObjectClass::percpu);
    EXPECT_THAT(end(), IsEmpty());
    EXPECT_THAT(traced_growth(builder.snapshot, unfollowed, input.names, places), IsEmpty());
}

// What was there before and the tool's own objects are in the kernel's count, too.
TEST_F(CoverageTest, UnfollowedBirthsAndDeathsCount) {
    books.cache("filp", 1000);
    begin();
    books.cache("filp", 1000 + 100 - 40 + 3);
    origin(1, "filp", {.births = 100});
    unfollowed = {{"filp", 3, 40}};
    EXPECT_EQ(only_row().traced_delta, 63);
}

TEST_F(CoverageTest, RetiredOriginsCount) {
    books.cache("filp", 10);
    begin();
    origin(1, "filp", {.births = 20, .deaths = 20});
    builder.snapshot.retired[{"filp", 0}] = {.births = 1000, .deaths = 1000, .replaced = 900};
    const Coverage row = only_row();
    EXPECT_EQ(row.traced_delta, 0);
    EXPECT_EQ(row.replaced, 900U);
    EXPECT_FALSE(row.reliable);
}

TEST_F(CoverageTest, MergedCachesAreOneRow) {
    books.links = {{"kmalloc-cg-192", ":A-0000192"}, {"cred", ":A-0000192"}};
    books.cache("kmalloc-cg-192", 10).cache("kmalloc-192", 10);
    begin();
    books.cache("kmalloc-cg-192", 40).cache("kmalloc-192", 15);
    origin(1, "cred", {.births = 20});
    origin(2, "kmalloc-192", {.births = 15});
    const Coverage row = only_row();
    EXPECT_EQ(row.cache, "kmalloc-192");
    EXPECT_EQ(row.traced_delta, 35);
    EXPECT_EQ(row.kernel_delta, 35);
}

TEST_F(CoverageTest, ACacheThatIsNewBeganAtZero) {
    begin();
    books.cache("leaky", 64);
    origin(1, "leaky", {.births = 64});
    EXPECT_EQ(only_row().kernel_delta, 64);
}

TEST_F(CoverageTest, IdleCachesHaveNoRow) {
    books.cache("xfs_inode", 0).cache("dentry", 7);
    begin();
    EXPECT_THAT(end(), IsEmpty());
}

TEST_F(CoverageTest, WithoutSlabinfoThereIsNoRow) {
    begin();
    input.before.slabs.reset();
    books.cache("dentry", 5);
    origin(1, "dentry", {.births = 5});
    EXPECT_THAT(end(), IsEmpty());
}

TEST_F(CoverageTest, HiddenFreesAreNotReliable) {
    books.cache("maple_node", 5);
    begin();
    origin(1, "maple_node", {.births = 5});
    input.hidden = {"maple_node"};
    const Coverage row = only_row();
    EXPECT_FALSE(row.reliable);
    EXPECT_THAT(row.reason, HasSubstr("hidden"));
}

// A missed free shows itself when its address is used again.
TEST_F(CoverageTest, ManyBirthsOnLiveAddressesAreNotReliable) {
    books.cache("pid", 5);
    begin();
    origin(1, "pid", {.births = 1000, .deaths = 990, .replaced = 11});
    EXPECT_FALSE(only_row().reliable);
    origin(1, "pid", {.births = 10'000, .deaths = 9'990, .replaced = 11});
    EXPECT_TRUE(only_row().reliable) << "one in a thousand is no pattern";
    origin(1, "pid", {.births = 20, .deaths = 10, .replaced = 5});
    EXPECT_TRUE(only_row().reliable) << "a handful is no pattern";
}

TEST_F(CoverageTest, MoreThanTheKernelCountsIsNotReliable) {
    books.cache("pid", 0);
    begin();
    books.cache("pid", 1000);
    const std::uint64_t uncertainty = slabinfo_uncertainty({"pid", 0, 0, 192, 21}, 2);
    origin(1, "pid", {.births = 1000 + uncertainty});
    EXPECT_TRUE(only_row().reliable) << "explained by what the kernel cannot know";
    origin(1, "pid", {.births = 1001 + uncertainty});
    EXPECT_FALSE(only_row().reliable);
    books.cache("pid", 100'000);
    origin(1, "pid", {.births = 101'001 + uncertainty});
    EXPECT_TRUE(only_row().reliable) << "most of it is confirmed";
}

// On kernels that do not tell, frees of older kmalloc objects have no cache.
TEST_F(CoverageTest, DeathsOfUnknownCachesExplainAMissingKmalloc) {
    books.cache("kmalloc-64", 10'000);
    begin();
    origin(1, "kmalloc-64", {.births = 9'000});
    EXPECT_FALSE(only_row().reliable);
    unfollowed = {{"", 0, 9'000}};
    EXPECT_TRUE(only_row().reliable);
}

TEST_F(CoverageTest, SocketsAndDentriesHaveCountsOfTheirOwn) {
    input.wants_sockets = input.wants_dentries = true;
    books.counts.sockstat->sockets_used = 10;
    books.counts.dentries->dentries = 100;
    begin();
    books.counts.sockstat->sockets_used = 30;
    books.counts.dentries->dentries = 90;
    origin(1, "TCP", {.births = 20}, ObjectClass::socket);
    origin(2, "dentry", {.births = 5}, ObjectClass::dentry);
    unfollowed = {{"dentry", 0, 15}};
    const auto rows = end();
    ASSERT_THAT(rows, SizeIs(2));
    EXPECT_EQ(rows[0].row.cache, "/proc/net/sockstat");
    EXPECT_EQ(rows[0].row.traced_delta, 20);
    EXPECT_EQ(rows[0].row.kernel_delta, 20);
    EXPECT_EQ(rows[1].row.cache, "/proc/sys/fs/dentry-state");
    EXPECT_EQ(rows[1].row.traced_delta, -10);
    EXPECT_EQ(rows[1].row.ratio, 1.0);
}

TEST_F(CoverageTest, WithoutClassSlabOlderObjectsMakeTheCountsIncomparable) {
    input.wants_sockets = true;
    books.counts.sockstat->sockets_used = 10;
    begin();
    books.counts.sockstat->sockets_used = 25;
    origin(1, "TCP", {.births = 20}, ObjectClass::socket);
    input.after = books.read();
    const auto rows = compare(traced_growth(builder.snapshot, {}, {}), input);
    ASSERT_THAT(rows, SizeIs(1));
    EXPECT_EQ(rows[0].row.kernel_delta, 15);
    EXPECT_EQ(rows[0].row.ratio, std::nullopt);
    EXPECT_TRUE(rows[0].row.reliable);
}

Coverage row(const std::string& cache, std::int64_t traced, std::int64_t kernel) {
    Coverage row;
    row.cache = cache;
    row.traced_delta = traced;
    row.kernel_delta = kernel;
    row.uncertainty = 50;
    return row;
}

TEST(CoverageOrder, GroupsFirstThenDisagreement) {
    std::vector<Coverage> rows{row("quiet", 5, 6), row("off", 0, 90), row("farther", 0, 1000),
                               row("TCP", 10, 10), row("UDP", 10, 11)};
    sort_by_relevance(rows, {"UDP", "TCP"});
    std::vector<std::string> order;
    std::vector<bool> relevant;
    for (const Coverage& one : rows) {
        order.push_back(one.cache);
        relevant.push_back(one.relevant);
    }
    EXPECT_THAT(order, ElementsAre("UDP", "TCP", "farther", "off", "quiet"));
    EXPECT_THAT(relevant, ElementsAre(true, true, true, true, false));
}

TEST(CoverageOrder, ATextReportGetsAFewRows) {
    std::vector<Coverage> rows;
    for (int i = 0; i < 100; ++i)
        rows.push_back(row("cache-" + std::to_string(i), 0, 1000 + i));
    rows.push_back(row("/proc/net/sockstat", 5, 5));
    sort_by_relevance(rows, {});
    const auto relevant =
        std::count_if(rows.begin(), rows.end(), [](const Coverage& one) { return one.relevant; });
    EXPECT_EQ(relevant, 13);
}

// Of a kmalloc cache only the places that free by RCU are not judged.
TEST_F(CoverageTest, AHiddenPlaceDoesNotCondemnItsCache) {
    books.cache("kmalloc-256", 0);
    begin();
    books.cache("kmalloc-256", 500);
    const auto add = [&](std::uint32_t id, std::uint64_t site, const OriginCounts& counts) {
        OriginEvent event = origin_event(
            {.id = id, .object_class = ObjectClass::slab, .cache_name = "kmalloc-256"});
        event.call_site = site;
        builder.snapshot.origins[OriginId{id}] = event;
        builder.snapshot.counts[OriginId{id}] = counts;
    };
    add(1, 0x1000, {.births = 500});
    add(2, 0x2000, {.births = 20'000, .deaths = 9'000, .replaced = 9'000});
    add(3, 0x3000, {.births = 9'000}); // known for it
    const auto function_of = [](std::uint64_t address) {
        return std::string(address == 0x3000 ? "__do_sys_timerfd_create" : "innocent");
    };
    places = HiddenPlaces(builder.snapshot, function_of);
    EXPECT_FALSE(places.contains({"kmalloc-256", 0x1000, true}));
    EXPECT_TRUE(places.contains({"kmalloc-256", 0x2000, true}));
    EXPECT_TRUE(places.contains({"kmalloc-256", 0x3000, true}));
    EXPECT_FALSE(places.contains({"timerfd", 0x2000, false})) << "has a cache of its own";
    EXPECT_FALSE(places.contains({"user_namespace", 0x4000, false})) << "nothing was born there";
    EXPECT_FALSE(only_row().reliable);
    EXPECT_TRUE(judged);
    add(1, 0x1000, {.births = 5000}); // now another place misses frees, too
    EXPECT_FALSE(only_row().reliable);
    EXPECT_FALSE(judged);
}

// Timers and user namespaces have caches of their own, which may be merged with those of others.
TEST_F(CoverageTest, APlaceMayHideTheFreesOfACacheOfItsOwn) {
    const auto add = [&](std::uint32_t id, std::uint64_t site) {
        OriginEvent event =
            origin_event({.id = id, .object_class = ObjectClass::slab, .cache_name = "mnt_cache"});
        event.call_site = site;
        event.cache_address = 0xffff888000000000;
        builder.snapshot.origins[OriginId{id}] = event;
        builder.snapshot.counts[OriginId{id}] = {.births = 1};
        return birth_place_of(event);
    };
    const BirthPlace timer = add(1, 0x1000);
    const BirthPlace mount = add(2, 0x2000);
    places = HiddenPlaces(builder.snapshot, [](std::uint64_t address) {
        return std::string(address == 0x1000 ? "do_timer_create" : "alloc_vfsmnt");
    });
    EXPECT_TRUE(places.contains(timer));
    EXPECT_FALSE(places.contains(mount));
}

TEST(HiddenFrees, AreThoseOfTheMergedCache) {
    SlabInfo slabs;
    slabs.caches = {{"pool_workqueue", 1, 1, 512, 16}};
    const SlabNames names({{"pool_workqueue", ":0000512"}, {"skbuff_fclone_cache", ":0000512"}},
                          slabs);
    const auto caches = caches_with_hidden_frees(names);
    EXPECT_TRUE(caches.contains("pool_workqueue"));
    EXPECT_TRUE(caches.contains("maple_node"));
    EXPECT_FALSE(caches.contains("vm_area_struct"));
}

} // namespace
} // namespace unfreed::test
