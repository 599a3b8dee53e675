// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/companions.h"
#include "analyze/kind.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unfreed::test {
namespace {

constexpr std::uint64_t kMs = 1'000'000;

AnalyzedGroup make(ObjectClass object_class, const std::string& cache, std::uint64_t count,
                   std::uint64_t bytes = 1000, std::uint64_t shift_ns = 0) {
    AnalyzedGroup group;
    group.object_class = object_class;
    group.cache = cache;
    group.program = "/bin/server";
    group.count = count;
    group.bytes = bytes;
    group.age_ns = Ages{1000 * kMs + shift_ns, 5000 * kMs + shift_ns, 9000 * kMs + shift_ns};
    group.processes = {{12, "server", "/bin/server", "", "", true, count}};
    return group;
}

std::vector<std::string> companions_of(const AnalyzedGroup& group) {
    std::vector<std::string> caches;
    for (const Companion& one : group.companions)
        caches.push_back(one.cache);
    return caches;
}

TEST(Companions, ASocketBringsItsFileItsInodeAndItsDentry) {
    std::vector<AnalyzedGroup> groups{make(ObjectClass::slab, "filp", 250, 64'000),
                                      make(ObjectClass::dentry, "dentry", 250, 48'000, 2 * kMs),
                                      make(ObjectClass::socket, "TCP", 250, 9000),
                                      make(ObjectClass::slab, "sock_inode_cache", 250, 200'000)};
    find_companions(groups, 1);
    EXPECT_FALSE(groups[2].companion);
    EXPECT_TRUE(groups[0].companion && groups[1].companion && groups[3].companion);
    EXPECT_THAT(companions_of(groups[2]),
                testing::ElementsAre("sock_inode_cache", "filp", "dentry"));
}

TEST(Companions, ANamespaceBringsSeveralOfAKind) {
    std::vector<AnalyzedGroup> groups{make(ObjectClass::slab, "kmalloc-64", 60, 999'999),
                                      make(ObjectClass::slab, "net_namespace", 20)};
    find_companions(groups, 1);
    EXPECT_TRUE(groups[0].companion);
    EXPECT_THAT(companions_of(groups[1]), testing::ElementsAre("kmalloc-64"));
    // Three of one are no multiple that says anything.
    groups = {make(ObjectClass::slab, "kmalloc-64", 6),
              make(ObjectClass::slab, "net_namespace", 2)};
    find_companions(groups, 1);
    EXPECT_FALSE(groups[0].companion);
}

TEST(Companions, TheSurestStandsForAllOfAnAct) {
    std::vector<AnalyzedGroup> groups{make(ObjectClass::slab, "kmalloc-1k", 52, 53'248),
                                      make(ObjectClass::slab, "inode_cache", 52, 31'200)};
    groups[0].verdict = Verdict::replacing; // what others freed was shared out
    groups[1].verdict = Verdict::leaking;
    find_companions(groups, 1);
    EXPECT_FALSE(groups[1].companion);
    EXPECT_THAT(companions_of(groups[1]), testing::ElementsAre("kmalloc-1k"));
}

// At the exit of a process nothing is alive, so that there are no ages to compare.
AnalyzedGroup freed_at_exit(ObjectClass object_class, const std::string& cache, std::uint64_t count,
                            std::uint64_t calls_from) {
    AnalyzedGroup group = make(object_class, cache, count);
    group.age_ns.reset();
    group.released_at_exit = count;
    group.births = count + 90;
    group.user_stack = {calls_from, 0x500};
    return group;
}

TEST(Companions, WhatAnExitFreedIsOfOneActIfTheSameCallsMadeIt) {
    std::vector<AnalyzedGroup> groups{freed_at_exit(ObjectClass::dentry, "dentry", 30, 0x100),
                                      freed_at_exit(ObjectClass::socket, "TCP", 30, 0x100),
                                      freed_at_exit(ObjectClass::slab, "kmalloc-64", 90, 0x100),
                                      freed_at_exit(ObjectClass::slab, "kmalloc-96", 30, 0x200),
                                      freed_at_exit(ObjectClass::slab, "kmalloc-32", 31, 0x100)};
    groups.push_back(groups[0]); // not all of it: some is still alive
    groups.back().age_ns = Ages{kMs, kMs, kMs};
    groups.back().released_at_exit = 29;
    find_companions(groups, 1);
    EXPECT_THAT(companions_of(groups[1]), testing::UnorderedElementsAre("kmalloc-64", "dentry"));
    EXPECT_FALSE(groups[3].companion) << "other calls";
    EXPECT_FALSE(groups[4].companion) << "another number";
    EXPECT_FALSE(groups[5].companion);
}

// Each is loaded elsewhere, so the stacks of two of them never agree.
TEST(Companions, OfSeveralProcessesThatEndedEachHasAsMany) {
    const auto of_ten = [](ObjectClass object_class, const std::string& cache,
                           std::uint64_t calls_from) {
        AnalyzedGroup group = freed_at_exit(object_class, cache, 200, calls_from);
        group.processes.clear();
        for (std::uint32_t pid = 20; pid < 30; ++pid)
            group.processes.push_back({pid, "shortleak", "", "", "", false, 20});
        return group;
    };
    std::vector<AnalyzedGroup> groups{of_ten(ObjectClass::socket, "UNIX", 0x100),
                                      of_ten(ObjectClass::dentry, "dentry", 0x200),
                                      of_ten(ObjectClass::slab, "kmalloc-32", 0x300)};
    groups[2].processes[0].count = 19;
    groups[2].processes[1].count = 21;
    find_companions(groups, 1);
    EXPECT_TRUE(groups[1].companion);
    EXPECT_FALSE(groups[2].companion) << "another number of each";
}

TEST(Companions, AConnectionComesWithTheFileThatItsProgramMadeOfIt) {
    std::vector<AnalyzedGroup> groups{make(ObjectClass::socket, "TCP", 50),
                                      make(ObjectClass::slab, "filp", 50)};
    groups[0].program.clear(); // made in an interrupt
    find_companions(groups, 1);
    EXPECT_TRUE(groups[1].companion);
}

TEST(Companions, NoRowHidesWhatItStandsFor) {
    std::vector<AnalyzedGroup> groups{make(ObjectClass::socket, "UNIX", 50),
                                      make(ObjectClass::slab, "filp", 50)};
    groups[0].attention = Attention::none;
    groups[0].verdict = Verdict::replacing;
    groups[1].attention = Attention::leaking;
    groups[1].verdict = Verdict::leaking;
    groups[1].facts.sentence = "50 older than 10 s.";
    find_companions(groups, 1);
    EXPECT_TRUE(groups[1].companion);
    EXPECT_EQ(groups[0].attention, Attention::leaking);
    EXPECT_EQ(groups[0].verdict, Verdict::leaking);
    EXPECT_EQ(groups[0].facts.sentence, "Of their filp: 50 older than 10 s.");
}

TEST(Companions, CallPathsThatShareTheirObjectsAreSummed) {
    const auto pipes = [](std::uint64_t one, std::uint64_t other) {
        return std::vector<AnalyzedGroup>{make(ObjectClass::slab, "filp", one, 16'000),
                                          make(ObjectClass::slab, "filp", other, 14'000),
                                          make(ObjectClass::slab, "kmalloc-1k", 79, 79'000)};
    };
    std::vector<AnalyzedGroup> groups = pipes(83, 75);
    groups[1].age_ns->p50 += 300 * kMs;
    groups[1].age_ns->max -= 300 * kMs; // the oldest is one of the others
    find_companions(groups, 1);
    EXPECT_TRUE(groups[0].companion && groups[1].companion && !groups[2].companion);
    EXPECT_THAT(companions_of(groups[2]), testing::ElementsAre("filp", "filp"));

    // With what comes with each part.
    groups = pipes(83, 75);
    groups.push_back(make(ObjectClass::slab, "lsm_file_cache", 83, 2000));
    groups.push_back(make(ObjectClass::slab, "lsm_file_cache", 75, 1800));
    find_companions(groups, 1);
    EXPECT_THAT(companions_of(groups[2]),
                testing::ElementsAre("filp", "lsm_file_cache", "filp", "lsm_file_cache"));
    EXPECT_TRUE(groups[0].companions.empty() && groups[1].companions.empty());

    groups = pipes(83, 76);
    find_companions(groups, 1);
    EXPECT_FALSE(groups[0].companion || groups[1].companion);
    groups = pipes(83, 75);
    groups[0].age_ns->max += 300 * kMs;
    find_companions(groups, 1);
    EXPECT_FALSE(groups[0].companion || groups[1].companion);
}

TEST(Companions, OtherTimesNumbersProcessesOrSocketsAreOtherCauses) {
    const AnalyzedGroup socket = make(ObjectClass::socket, "TCP", 250);
    AnalyzedGroup later = make(ObjectClass::slab, "filp", 250, 1000, 100 * kMs);
    AnalyzedGroup more = make(ObjectClass::slab, "filp", 251);
    AnalyzedGroup of_another = make(ObjectClass::slab, "filp", 250);
    of_another.processes[0].pid = 13;
    AnalyzedGroup middle = make(ObjectClass::slab, "filp", 250);
    middle.age_ns->p50 += 100 * kMs;
    AnalyzedGroup cache = make(ObjectClass::slab, "ext4_inode_cache", 250);
    cache.facts.structure = Structure::reclaimable;
    AnalyzedGroup udp = make(ObjectClass::socket, "UDP", 250);
    for (const AnalyzedGroup& other : {later, more, of_another, middle, cache, udp}) {
        std::vector<AnalyzedGroup> groups{socket, other};
        find_companions(groups, 1);
        EXPECT_FALSE(groups[1].companion) << other.cache;
        EXPECT_TRUE(groups[0].companions.empty()) << other.cache;
    }
}

// One in eight of what is made once a second for 400 seconds.
AnalyzedGroup sampled(ObjectClass object_class, const std::string& cache, std::uint64_t followed) {
    AnalyzedGroup group = make(object_class, cache, followed * 8);
    group.followed = followed;
    group.age_ns = Ages{5000 * kMs, 200'000 * kMs, 398'000 * kMs};
    group.user_stack = {0x100, 0x200};
    return group;
}

TEST(Companions, InASampleNumbersAndTimesAreAsNearAsChanceBringsThem) {
    std::vector<AnalyzedGroup> groups{
        sampled(ObjectClass::socket, "TCP", 50), sampled(ObjectClass::slab, "filp", 43),
        sampled(ObjectClass::slab, "kmalloc-64", 109), sampled(ObjectClass::dentry, "dentry", 61)};
    groups[1].age_ns = Ages{19'000 * kMs, 181'000 * kMs, 391'000 * kMs};
    groups[3].user_stack.clear(); // could not be read
    find_companions(groups, 8);
    EXPECT_THAT(companions_of(groups[0]),
                testing::UnorderedElementsAre("filp", "kmalloc-64", "dentry"));
}

TEST(Companions, InASampleOtherNumbersTimesOrCallsAreOtherCauses) {
    const AnalyzedGroup socket = sampled(ObjectClass::socket, "TCP", 200);
    AnalyzedGroup fewer = sampled(ObjectClass::slab, "filp", 100);
    AnalyzedGroup half_more = sampled(ObjectClass::slab, "filp", 300);
    AnalyzedGroup of_late = sampled(ObjectClass::slab, "filp", 200);
    of_late.age_ns->p50 = 100'000 * kMs;
    AnalyzedGroup ended = sampled(ObjectClass::slab, "filp", 200);
    ended.age_ns->min = 100'000 * kMs;
    AnalyzedGroup began_later = sampled(ObjectClass::slab, "filp", 200);
    began_later.age_ns->max = 350'000 * kMs;
    AnalyzedGroup by_others = sampled(ObjectClass::slab, "filp", 200);
    by_others.user_stack = {0x300, 0x200};
    for (const AnalyzedGroup& other : {fewer, half_more, of_late, ended, began_later, by_others}) {
        std::vector<AnalyzedGroup> groups{socket, other};
        find_companions(groups, 8);
        EXPECT_FALSE(groups[1].companion) << other.followed;
    }
    std::vector<AnalyzedGroup> too_few{sampled(ObjectClass::socket, "TCP", 5),
                                       sampled(ObjectClass::slab, "filp", 5)};
    find_companions(too_few, 8);
    EXPECT_FALSE(too_few[1].companion);
}

} // namespace
} // namespace unfreed::test
