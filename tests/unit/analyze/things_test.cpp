// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/companions.h"
#include "analyze/kind.h"
#include "analyze/structure.h"
#include "analyze/thing_parts.h"
#include "analyze/things.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unfreed::test {
namespace {

constexpr std::uint64_t kMs = 1'000'000;

std::string name_of(const std::vector<std::string>& functions, const std::string& cache,
                    ObjectClass object_class = ObjectClass::slab) {
    const ThingFinding found = thing_of(functions, maker(functions), object_class, cache);
    if (found.thing == nullptr)
        return {};
    return (found.is_core ? "" : "part of ") + std::string(found.thing->singular);
}

TEST(Things, TheMakerSaysWhatTheCacheDoesNot) {
    EXPECT_EQ(name_of({"__kmalloc_noprof", "alloc_pipe_info", "create_pipe_files", "do_pipe2"},
                      "kmalloc-1k"),
              "pipe");
    EXPECT_EQ(name_of({"kmem_cache_alloc_noprof", "alloc_empty_file", "create_pipe_files"}, "filp"),
              "part of pipe");
    EXPECT_EQ(name_of({"kmem_cache_alloc_noprof", "alloc_vfsmnt", "vfs_create_mount", "path_mount"},
                      "mnt_cache"),
              "mount");
    EXPECT_EQ(name_of({"kmem_cache_alloc_noprof", "do_timer_create"}, "mnt_cache"), "POSIX timer");
    EXPECT_EQ(name_of({"__kmalloc_cache_noprof", "do_eventfd"}, "kmalloc-64"), "eventfd");
    EXPECT_EQ(name_of({"kmem_cache_alloc_noprof", "fsnotify_add_mark_locked",
                       "inotify_update_watch", "__x64_sys_inotify_add_watch"},
                      "lsm_file_cache"),
              "inotify watch");
    EXPECT_EQ(name_of({"kmem_cache_alloc_noprof", "alloc_inode", "ext4_create"}, "inode"), "");
    EXPECT_EQ(name_of({}, "kmalloc-64"), "");
}

TEST(Things, OneThatIsMadeWithinAnotherIsAPartOfIt) {
    EXPECT_EQ(name_of({"__kmalloc_noprof", "ip6addrlbl_alloc", "ops_init", "setup_net",
                       "copy_net_ns", "create_new_namespaces", "copy_process"},
                      "kmalloc-64"),
              "part of network namespace");
    EXPECT_EQ(name_of({"kmem_cache_alloc_noprof", "copy_net_ns"}, "net_namespace"),
              "network namespace");
    EXPECT_EQ(name_of({"kmem_cache_alloc_node_noprof", "copy_process"}, "task_struct"), "task");
    EXPECT_EQ(name_of({"kmem_cache_alloc_noprof", "copy_process"}, "sighand_cache"),
              "part of task");
}

TEST(Things, ADescriptorIsOneForEachMap) {
    const std::vector<std::string> file{"__d_alloc", "d_alloc_pseudo", "anon_inode_getfd",
                                        "map_create"};
    EXPECT_EQ(name_of(file, "dentry", ObjectClass::dentry), "BPF map");
    EXPECT_EQ(name_of({"__kmalloc_noprof", "array_map_alloc", "map_create"}, "kmalloc-512"),
              "part of BPF map");
}

AnalyzedGroup part(const std::string& thing, const std::string& cache, std::uint64_t count) {
    AnalyzedGroup group;
    group.cache = cache;
    group.count = count;
    group.bytes = count * 100;
    group.part_of = {thing, thing + "s"};
    group.age_ns = Ages{1000 * kMs, 5000 * kMs, 9000 * kMs};
    return group;
}

AnalyzedGroup core(const std::string& thing, const std::string& cache, std::uint64_t count) {
    AnalyzedGroup group = part(thing, cache, count);
    group.is_core = true;
    return group;
}

void join(std::vector<AnalyzedGroup>& groups) {
    std::vector<AnalyzedGroup*> all;
    for (AnalyzedGroup& group : groups)
        all.push_back(&group);
    join_parts_of_things(all);
}

TEST(ThingParts, WhateverTheirNumberIs) {
    std::vector<AnalyzedGroup> groups{part("namespace", "kmalloc-64", 15),
                                      core("namespace", "net_namespace", 5),
                                      part("namespace", "kmalloc-4k", 6), part("pipe", "filp", 5)};
    groups[0].age_ns->max += 50 * kMs; // the first of the act
    join(groups);
    EXPECT_TRUE(groups[0].companion && groups[2].companion);
    EXPECT_FALSE(groups[1].companion || groups[3].companion);
    EXPECT_EQ(groups[1].companions.size(), 2U);
}

TEST(ThingParts, SocketsOfTheKernelComeWithTheirNamespace) {
    std::vector<AnalyzedGroup> groups{core("namespace", "net_namespace", 10),
                                      part("namespace", "kmalloc-2k", 35)};
    for (AnalyzedGroup& group : groups)
        group.processes = {{12, "netns", "", "", "", true, group.count}};
    groups[1].object_class = ObjectClass::socket;
    groups[1].kind = row_of(Kind::kernel_socket).name;
    find_companions(groups, 1);
    EXPECT_TRUE(groups[1].companion);
}

TEST(ThingParts, TheThingHasTheVerdictOfTheSurestPart) {
    std::vector<AnalyzedGroup> groups{core("namespace", "net_namespace", 5),
                                      part("namespace", "kmalloc-64", 15)};
    groups[0].attention = Attention::none;
    groups[1].attention = Attention::suspect;
    groups[1].verdict = Verdict::suspect;
    groups[1].confidence = 0.93;
    groups[1].facts.objects_per_hour = 900;
    groups[1].facts.sentence = "15 older than 10 s.";
    join(groups);
    EXPECT_EQ(groups[0].verdict, Verdict::suspect);
    EXPECT_EQ(groups[0].attention, Attention::suspect);
    EXPECT_EQ(groups[0].confidence, 0.93);
    EXPECT_DOUBLE_EQ(groups[0].facts.objects_per_hour, 300);
    EXPECT_DOUBLE_EQ(groups[0].facts.bytes_per_hour.value_or(0), 30'000);
    EXPECT_EQ(groups[0].facts.sentence, "Of their kmalloc-64: 15 older than 10 s.");
}

TEST(ThingParts, TheRateOfAThingIsThatOfAllItsParts) {
    AnalyzedGroup thing = core("pipe", "kmalloc-1k", 40);
    thing.facts.bytes_per_hour = 1000;
    thing.companions = {{ObjectClass::slab, "filp", 80, 2000}};
    count_parts(thing, 1);
    EXPECT_DOUBLE_EQ(thing.facts.bytes_per_hour.value_or(0), 1500);
    thing.is_core = false; // of a socket its own memory is told
    count_parts(thing, 1);
    EXPECT_DOUBLE_EQ(thing.facts.bytes_per_hour.value_or(0), 1500);
}

TEST(ThingParts, WhatIsLeftOfOtherThingsIsToldByItself) {
    std::vector<AnalyzedGroup> groups{core("pipe", "kmalloc-1k", 40), part("pipe", "filp", 40)};
    groups[1].age_ns->max += 3000 * kMs;
    join(groups);
    EXPECT_FALSE(groups[1].companion);
    groups = {core("pipe", "kmalloc-1k", 40), part("pipe", "filp", 40)};
    groups[0].user_stack = {0x100};
    groups[1].user_stack = {0x200};
    join(groups);
    EXPECT_FALSE(groups[1].companion);
}

TEST(ThingParts, ThingsOfTwoCallSitesAreTwoRows) {
    std::vector<AnalyzedGroup> groups{core("pipe", "kmalloc-1k", 40),
                                      core("pipe", "kmalloc-192", 40),
                                      core("pipe", "kmalloc-1k", 30)};
    groups[1].bytes = 400;
    join(groups);
    EXPECT_TRUE(groups[1].companion);
    EXPECT_FALSE(groups[0].companion || groups[2].companion);
}

} // namespace
} // namespace unfreed::test
