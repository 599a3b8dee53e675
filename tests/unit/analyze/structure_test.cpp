// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/kind.h"
#include "analyze/structure.h"
#include "support/event_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace unfreed::test {
namespace {

struct Case {
    std::string rule; // empty: none may hold
    std::string cache;
    std::vector<std::string> functions; // innermost first
    AnalyzedGroup group = {};
};

std::string rule_of(const Case& one, const StructureHost& host = {}) {
    AnalyzedGroup group = one.group;
    group.cache = one.cache;
    if (group.count == 0)
        group.count = 100;
    const StructureRule* const rule = structure_rule({group, one.functions, host});
    return rule ? std::string(rule->name) : std::string();
}

AnalyzedGroup of_class(ObjectClass object_class) {
    AnalyzedGroup group;
    group.object_class = object_class;
    return group;
}

AnalyzedGroup of_kind(Kind kind) {
    AnalyzedGroup group = of_class(ObjectClass::socket);
    group.kind = row_of(kind).name;
    return group;
}

AnalyzedGroup cached_dentry() {
    AnalyzedGroup group = of_class(ObjectClass::dentry);
    group.reclaimable = true;
    return group;
}

AnalyzedGroup destroyed() {
    AnalyzedGroup group;
    group.cache_destroyed = true;
    return group;
}

AnalyzedGroup of_age(std::uint64_t seconds) {
    AnalyzedGroup group;
    group.age_ns = Ages{kSecond, kSecond, seconds * kSecond};
    return group;
}

// 100 objects of a process, the oldest made 50 s ago.
AnalyzedGroup made_by_process(bool alive, std::optional<double> growth_per_s) {
    AnalyzedGroup group = of_age(50);
    group.growth_per_s = growth_per_s;
    group.processes = {{100, "program", "", "", "", alive, 100}};
    return group;
}

// By so many processes that began during the trace, of which more and more start.
AnalyzedGroup made_by_newcomers(std::size_t processes, std::uint64_t objects) {
    AnalyzedGroup group = made_by_process(true, 2.0);
    group.processes.resize(processes, group.processes.front());
    group.count = objects;
    group.newcomers = true;
    return group;
}

AnalyzedGroup held(std::uint64_t objects, std::optional<double> growth_per_s) {
    AnalyzedGroup group = of_age(50);
    group.object_class = ObjectClass::socket;
    group.growth_per_s = growth_per_s;
    group.held = objects;
    return group;
}

// What each rule is for, and what looks like it and is not.
const std::vector<Case>& cases() {
    static const std::vector<Case> kCases{
        {"closed-unexplained", "TCP", {}, of_kind(Kind::closed_unexplained)},
        {"", "TCP", {}, of_kind(Kind::closed_still_alive)},
        {"memory-not-returned", "TCP", {}, of_kind(Kind::memory_not_returned)},
        {"cache-destroyed", "mine", {"mine_alloc"}, destroyed()},
        // Damning in spite of a function that would excuse it.
        {"cache-destroyed", "mine", {"mempool_init_node"}, destroyed()},

        {"slab-owners",
         "kmalloc-1k",
         {"__kmalloc_node_noprof", "alloc_slab_obj_exts", "allocate_slab", "alloc_buffer_head"}},
        {"slab-owners", "kmalloc-64", {"kmalloc_node", "memcg_alloc_page_obj_cgroups"}},
        {"slab-sheaf", "kmalloc-256", {"__kmalloc_noprof", "alloc_empty_sheaf.isra.0"}},
        {"slab-cache", "kmem_cache", {"kmem_cache_alloc", "do_kmem_cache_create"}},
        {"", "", {"pcpu_alloc_noprof", "bpf_map_alloc_percpu"}, of_class(ObjectClass::percpu)},
        {"percpu-chunk", "kmalloc-512", {"pcpu_mem_zalloc", "pcpu_create_chunk"}},
        {"debug-object", "debug_objects_cache", {"fill_pool"}},

        {"buffer-head", "buffer_head", {"kmem_cache_alloc_noprof", "alloc_buffer_head"}},
        {"buffer-head", "buffer_head", {}},
        {"", "buffer_head", {"kmem_cache_alloc_noprof", "my_module_init"}},
        {"page-cache-node",
         "radix_tree_node",
         {"kmem_cache_alloc_lru_noprof", "xas_alloc", "xas_create", "__filemap_add_folio"}},
        {"", "radix_tree_node", {"radix_tree_node_alloc", "idr_get_free", "alloc_pid2"}},
        {"", "kmalloc-64", {"kmalloc", "my_fill", "filemap_add_folio"}},
        {"extent-status", "ext4_extent_status", {"__es_insert_extent"}},
        {"journal-head", "jbd2_journal_head", {"jbd2_journal_add_journal_head"}},
        {"dentry-on-lru", "dentry", {"__d_alloc"}, cached_dentry()},
        {"", "dentry", {"__d_alloc"}, of_class(ObjectClass::dentry)},
        {"inode",
         "ext4_inode_cache",
         {"kmem_cache_alloc_lru_noprof", "ext4_alloc_inode", "alloc_inode", "iget_locked"}},
        {"inode", "proc_inode_cache", {"proc_alloc_inode", "alloc_inode", "new_inode"}},
        {"inode", "xfs_inode", {}},
        {"", "sock_inode_cache", {"sock_alloc_inode", "alloc_inode", "sock_alloc"}},
        {"", "sock_inode_cache", {}},
        {"", "inode_cache", {"alloc_inode", "new_inode_pseudo", "get_pipe_inode"}},
        {"", "shmem_inode_cache", {"shmem_alloc_inode", "alloc_inode", "__shmem_get_inode"}},
        {"of-inode", "lsm_inode_cache", {"lsm_inode_alloc", "inode_init_always_gfp"}},
        {"", "lsm_inode_cache", {"lsm_inode_alloc", "inode_init_always_gfp", "sock_alloc"}},
        {"own-shrinker", "mb_cache_entry", {"mb_cache_entry_create"}},
        {"kmalloc-rcl", "kmalloc-rcl-64", {"kmalloc", "anything"}},

        {"vmap-area", "vmap_area", {"alloc_vmap_area", "__get_vm_area_node"}},
        {"vmap-area", "vmap_area", {}},
        {"kernel-stack",
         "kmalloc-64",
         {"kmalloc", "__get_vm_area_node", "__vmalloc_node_range_noprof", "dup_task_struct"}},
        // The struct vm_struct of memory that a module did not vfree().
        {"", "kmalloc-64", {"kmalloc", "__get_vm_area_node", "vmalloc_noprof", "my_init"}},
        {"kernel-stack",
         "",
         {"alloc_vmap_area", "__get_vm_area_node", "__vmalloc_node_range_noprof", "dup_task_struct",
          "copy_process"},
         of_class(ObjectClass::vmalloc)},
        {"",
         "",
         {"alloc_vmap_area", "__get_vm_area_node", "__vmalloc_node_range_noprof", "my_init"},
         of_class(ObjectClass::vmalloc)},
        {"vmap-block",
         "",
         {"alloc_vmap_area", "new_vmap_block.isra.0", "vm_map_ram"},
         of_class(ObjectClass::vmalloc)},
        {"napi-skb", "skbuff_head_cache", {"napi_skb_cache_get", "napi_build_skb"}},
        {"", "skbuff_head_cache", {"kmem_cache_alloc", "napi_skb_cache_get"}},
        {"mempool", "kmalloc-256", {"mempool_init_node", "bioset_init"}},
        {"", "bio", {"mempool_alloc_noprof", "bio_alloc_bioset"}},
        {"tcp-metrics", "kmalloc-128", {"tcp_get_metrics"}},
        {"pid-index",
         "radix_tree_node",
         {"kmem_cache_alloc_noprof", "radix_tree_node_alloc.constprop.0", "idr_get_free",
          "idr_alloc_cyclic", "alloc_pid", "copy_process"}},
        {"", "radix_tree_node", {"radix_tree_node_alloc", "idr_get_free", "drm_gem_handle_create"}},
        {"", "pid", {"kmem_cache_alloc", "alloc_pid", "copy_process"}},
        {"inet-peer", "inet_peer_cache", {"inet_getpeer"}},
        {"time-wait", "tw_sock_TCP", {"inet_twsk_alloc", "tcp_time_wait"}, of_age(59)},
        {"", "tw_sock_TCP", {"inet_twsk_alloc", "tcp_time_wait"}, of_age(121)},
        {"request-sock", "request_sock_TCP", {"inet_reqsk_alloc"}, of_age(63)},
        {"", "request_sock_TCP", {"inet_reqsk_alloc"}, of_age(131)},

        {"of-task", "task_struct", {"dup_task_struct"}, made_by_process(true, 0.0)},
        {"of-task", "cred_jar", {"prepare_creds"}, made_by_process(true, std::nullopt)},
        {"", "task_struct", {"dup_task_struct"}, made_by_process(true, 2.0)},
        {"", "task_struct", {"dup_task_struct"}, made_by_process(false, 0.0)},
        {"of-task", "vm_area_struct", {"vm_area_alloc"}, made_by_newcomers(6, 6 * 64)},
        {"", "vm_area_struct", {"vm_area_alloc"}, made_by_newcomers(6, 6 * 64 + 1)},
        {"", "vm_area_struct", {"vm_area_alloc"}, made_by_newcomers(17, 17)},
        {"held", "TCP", {}, held(100, 0.0)},
        {"", "TCP", {}, held(99, 0.0)},
        {"", "TCP", {}, held(100, 2.0)},
    };
    return kCases;
}

TEST(Structure, EachRuleKnowsItsOwnAndNoOther) {
    for (const Case& one : cases())
        EXPECT_EQ(rule_of(one), one.rule)
            << one.cache << " of " << testing::PrintToString(one.functions);
}

TEST(Structure, EachRuleIsTested) {
    std::set<std::string> tested{"outlives-its-process", "reclaim-account", "of-ended-task",
                                 "made-by-exit", "vmalloc-list"}; // below
    for (const Case& one : cases())
        tested.insert(one.rule);
    for (std::span<const StructureRule> rules :
         {damning_rules(), allocator_rules(), reclaim_rules(), pool_rules(), use_rules()})
        for (const StructureRule& rule : rules)
            EXPECT_TRUE(tested.contains(std::string(rule.name))) << rule.name;
}

TEST(Structure, WhatOutlivesItsProcessIsDamningOnlyWhereTheTraceEndsWithIt) {
    Case socket{"", "TCP", {}, of_kind(Kind::never_closed)};
    socket.group.outliving = 1;
    StructureHost run;
    run.mode = TraceMode::run;
    EXPECT_EQ(rule_of(socket, run), "outlives-its-process");
    EXPECT_EQ(rule_of(socket), ""); // a child may have inherited it
}

TEST(Structure, WhatEachProcessHasUntilItEndsIsNoFind) {
    Case mappings{"", "vm_area_struct", {"vm_area_alloc", "mmap_region"}};
    mappings.group.count = 30;
    StructureHost run;
    run.mode = TraceMode::run;
    EXPECT_EQ(rule_of(mappings, run), "of-ended-task");
    mappings.group.count = 600; // a program that maps, and never unmaps
    EXPECT_EQ(rule_of(mappings, run), "");
    for (std::uint32_t pid = 1; pid <= 10; ++pid) // 60 of each process
        mappings.group.processes.push_back({pid, "sh", "", "", "", false, 60});
    EXPECT_EQ(rule_of(mappings, run), "of-ended-task");
    mappings.group.outliving = 1;
    EXPECT_EQ(rule_of(mappings, run), "");
}

TEST(Structure, WhatTheExitItselfMakesIsNoFind) {
    Case event{"",
               "kmalloc-32",
               {"__kmalloc_noprof", "inotify_handle_inode_event", "inotify_release", "__fput",
                "task_work_run", "do_exit"}};
    EXPECT_EQ(rule_of(event), "");
    StructureHost traced;
    traced.mode = TraceMode::pid;
    EXPECT_EQ(rule_of(event, traced), "made-by-exit");
    event.group.outliving = 1; // the exit should have freed it
    EXPECT_EQ(rule_of(event, traced), "");
}

TEST(Structure, TheKernelsOwnMarkCountsForCachesNobodyKnows) {
    StructureHost host;
    host.reclaim_account = [](const std::string&) { return true; };
    EXPECT_EQ(rule_of({"", "newfs_extent", {"newfs_insert"}}, host), "reclaim-account");
    EXPECT_EQ(rule_of({"", "newfs_extent", {"newfs_insert"}}), "");
    // Accounted as reclaimable, and freed by close only.
    EXPECT_EQ(rule_of({"", "sock_inode_cache", {"sock_alloc_inode", "sock_alloc"}}, host), "");
    EXPECT_EQ(rule_of({"", "radix_tree_node", {"radix_tree_node_alloc", "idr_get_free"}}, host),
              "");
}

// Where areas are followed, what describes one does not tell of it a second time.
TEST(Structure, AnAreaIsToldOnce) {
    StructureHost host;
    host.areas_followed = true;
    const Case vm_struct{"", "kmalloc-64", {"kmalloc", "__get_vm_area_node", "my_init"}};
    EXPECT_EQ(rule_of(vm_struct, host), "vmalloc-list");
    EXPECT_EQ(rule_of(vm_struct), "");
    const Case pages{"", "kmalloc-512", {"__kmalloc_node", "__vmalloc_node_range", "my_init"}};
    EXPECT_EQ(rule_of(pages, host), "vmalloc-list");
    const Case many_pages{"",
                          "",
                          {"alloc_vmap_area", "__vmalloc_node_range", "__vmalloc_node",
                           "__vmalloc_node_range", "my_init"},
                          of_class(ObjectClass::vmalloc)};
    EXPECT_EQ(rule_of(many_pages, host), "vmalloc-list");
    const Case area{"",
                    "",
                    {"alloc_vmap_area", "__vmalloc_node_range", "my_init"},
                    of_class(ObjectClass::vmalloc)};
    EXPECT_EQ(rule_of(area, host), "");
    // What a driver makes while it is at it is its own.
    EXPECT_EQ(rule_of({"", "kmalloc-64", {"kmalloc", "my_init", "__vmalloc_node_range"}}, host),
              "");
}

// A leak of socket buffers comes from the same place: no more of them than the caches hold.
TEST(Structure, NapiKeepsSoManyBuffersAndNoMore) {
    Case buffers{"", "skbuff_head_cache", {"napi_skb_cache_get"}};
    StructureHost host;
    host.cpus = 2;
    buffers.group.count = 256;
    EXPECT_EQ(rule_of(buffers, host), "napi-skb");
    buffers.group.count = 257;
    EXPECT_EQ(rule_of(buffers, host), "");
}

TEST(Structure, TheReasonIsThatOfTheRule) {
    AnalyzedGroup group;
    group.cache = "buffer_head";
    const StructureFinding finding = structure_of({group, {}, {}});
    EXPECT_EQ(finding.structure, Structure::reclaimable);
    EXPECT_THAT(finding.reason, testing::HasSubstr("try_to_free_buffers"));
    group.cache = "kmalloc-64";
    EXPECT_EQ(structure_of({group, {}, {}}).structure, Structure::none);
}

} // namespace
} // namespace unfreed::test
