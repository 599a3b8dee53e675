// SPDX-License-Identifier: BSD-2-Clause
// What a shrinker or page reclaim frees when the kernel needs memory.
#include "analyze/structure.h"

#include <algorithm>
#include <iterator>

namespace unfreed {
namespace {

bool contains(std::span<const std::string_view> list, std::string_view one) {
    return std::find(list.begin(), list.end(), one) != list.end();
}

// Without a stack the cache has to do. Whoever is merged with a reclaimable cache is accounted as
// reclaimable, too (SLAB_MERGE_SAME has SLAB_RECLAIM_ACCOUNT).
bool made_in_or_cache(const StructureInput& input, std::span<const std::string_view> functions,
                      std::string_view cache) {
    return input.functions.empty() ? input.group.cache == cache : made_in(input, functions);
}

constexpr std::string_view kBufferHeads[] = {"alloc_buffer_head"};

constexpr std::string_view kPageCache[] = {
    "filemap_add_folio",        "__filemap_add_folio",        "add_to_page_cache_lru",
    "add_to_page_cache_locked", "__add_to_page_cache_locked", "page_cache_ra_unbounded",
    "page_cache_ra_order",      "replace_page_cache_folio",
};

// Of the same trees idr and xarray make their nodes, which nobody reclaims: only those of the page
// cache have a shrinker for what is left of them (scan_shadow_nodes, mm/workingset.c).
bool is_page_cache_node(const StructureInput& input) {
    const std::string_view made_by = maker(input);
    const bool node = input.group.cache == "radix_tree_node" || made_by.starts_with("xas_") ||
                      made_by.starts_with("radix_tree_");
    return node && made_in(input, kPageCache);
}

constexpr std::string_view kExtentStatus[] = {
    "ext4_es_insert_extent",         "__es_insert_extent",   "__es_alloc_extent",
    "ext4_es_alloc_extent",          "ext4_es_cache_extent", "__es_alloc_pending",
    "ext4_es_insert_delayed_extent",
};

constexpr std::string_view kJournalHeads[] = {
    "jbd2_journal_add_journal_head",
    "journal_alloc_journal_head",
};

// Other things of file systems with a shrinker of their own.
constexpr std::string_view kShrunk[] = {
    "mb_cache_entry_create",
    "dqget",
    "xfs_buf_alloc",
    "xfs_buf_get_map",
    "alloc_extent_state",
    "alloc_extent_map",
    "__alloc_extent_buffer",
    "alloc_extent_buffer",
    "btrfs_get_or_create_delayed_node",
    "nfs_access_add_cache",
    "nfsd_file_acquire",
    "__nfs4_xattr_set",
    "gfs2_glock_get",
    "ceph_d_init",
};

// What inodes bring and take along.
constexpr std::string_view kOfInodes[] = {
    "inode_init_always", "inode_init_always_gfp", "ext4_inode_attach_jinode",
    "fuse_alloc_forget", "ovl_alloc_entry",       "xfs_inode_item_init",
    "xfs_iext_insert",   "xfs_iext_insert_raw",   "btrfs_delayed_inode_init",
};

// Inodes of things that a descriptor or nothing holds: their end is the close, not reclaim. The
// caches of some are accounted as reclaimable all the same (sock_inode_cache, shmem_inode_cache).
constexpr std::string_view kNotReclaimed[] = {
    "sock_alloc_inode",
    "sock_alloc",
    "get_pipe_inode",
    "create_pipe_files",
    "alloc_anon_inode",
    "anon_inode_make_secure_inode",
    "anon_inode_getfile",
    "shmem_alloc_inode",
    "shmem_get_inode",
    "__shmem_get_inode",
    "hugetlbfs_alloc_inode",
    "hugetlbfs_get_inode",
    "mqueue_alloc_inode",
    "mqueue_get_inode",
    "ramfs_get_inode",
    "bdev_alloc_inode",
    "bdev_alloc",
    "rpc_alloc_inode",
    "dma_buf_export",
    "secretmem_file_create",
    "debugfs_get_inode",
    "tracefs_get_inode",
    "securityfs_create_dentry",
    "bpf_get_inode",
    "path_from_stashed",
    "__ns_get_path",
    "ns_get_path",
    "pidfs_alloc_file",
    "fuse_ctl_add_dentry",
    "cgroup_mkdir",
};

constexpr std::string_view kGetsInode[] = {
    "alloc_inode", "new_inode",        "new_inode_pseudo", "iget_locked",     "iget5_locked",
    "ilookup5",    "__ext4_new_inode", "__ext4_iget",      "xfs_inode_alloc", "xfs_iget",
};

bool is_inode(const StructureInput& input) {
    if (input.functions.empty()) {
        constexpr std::string_view kNot[] = {
            "sock_inode_cache",   "shmem_inode_cache", "hugetlbfs_inode_cache",
            "mqueue_inode_cache", "bdev_cache",        "rpc_inode_cache"};
        const std::string& cache = input.group.cache;
        return (cache.ends_with("_inode_cache") || cache.ends_with("_inode")) &&
               !contains(kNot, cache);
    }
    if (made_in(input, kNotReclaimed))
        return false;
    const std::string_view made_by = maker(input);
    // ext4_alloc_inode() and its like, inlined into alloc_inode() or not.
    return (made_by.ends_with("_alloc_inode") && made_in(input, kGetsInode)) ||
           contains(kGetsInode, made_by);
}

bool is_of_inode(const StructureInput& input) {
    return made_in(input, kOfInodes) && !made_in(input, kNotReclaimed);
}

bool is_cached_dentry(const StructureInput& input) {
    return input.group.object_class == ObjectClass::dentry && input.group.reclaimable == true;
}

// Flagged by who made the cache, for a shrinker that is not listed here. Caches whose objects have
// a rule of their own are none of these, nor is what a descriptor holds.
bool is_flagged(const StructureInput& input) {
    const std::string& cache = input.group.cache;
    const bool known = input.group.object_class != ObjectClass::slab || cache.empty() ||
                       cache.ends_with("inode_cache") || cache == "radix_tree_node" ||
                       cache == "dentry" || cache == "bdev_cache";
    return !known && !made_in(input, kNotReclaimed) && input.host.reclaim_account &&
           input.host.reclaim_account(cache);
}

constexpr StructureRule kRules[] = {
    {"buffer-head", Structure::reclaimable,
     "describes a block of a page in the page cache and goes with the page (try_to_free_buffers)",
     [](const StructureInput& input) {
         return made_in_or_cache(input, kBufferHeads, "buffer_head");
     }},
    {"page-cache-node", Structure::reclaimable,
     "indexes the page cache; goes with its pages, or by scan_shadow_nodes()", is_page_cache_node},
    {"extent-status", Structure::reclaimable,
     "ext4's memory of where a file lies on disk, freed by its shrinker (ext4_es_scan)",
     [](const StructureInput& input) {
         return made_in_or_cache(input, kExtentStatus, "ext4_extent_status");
     }},
    {"journal-head", Structure::reclaimable,
     "belongs to a page of the page cache that is in the journal "
     "(jbd2_journal_try_to_free_buffers)",
     [](const StructureInput& input) {
         return made_in_or_cache(input, kJournalHeads, "jbd2_journal_head");
     }},
    {"dentry-on-lru", Structure::reclaimable,
     "an unused name in the dentry cache, freed by prune_dcache_sb()", is_cached_dentry},
    {"inode", Structure::reclaimable,
     "an inode of a file system, freed by prune_icache_sb() when nobody uses it", is_inode},
    {"of-inode", Structure::reclaimable, "belongs to an inode and goes with it (prune_icache_sb)",
     is_of_inode},
    {"own-shrinker", Structure::reclaimable,
     "cache of a file system that has a shrinker for it (shrink_slab)",
     [](const StructureInput& input) { return made_in(input, kShrunk); }},
    {"kmalloc-rcl", Structure::reclaimable,
     "asked for as reclaimable memory (__GFP_RECLAIMABLE): goes with what a shrinker frees",
     [](const StructureInput& input) { return input.group.cache.starts_with("kmalloc-rcl-"); }},
    {"reclaim-account", Structure::reclaimable,
     "its cache is one that a shrinker frees (SLAB_RECLAIM_ACCOUNT, reclaim_account in "
     "/sys/kernel/slab)",
     is_flagged},
};

} // namespace

std::span<const StructureRule> reclaim_rules() {
    return kRules;
}

} // namespace unfreed
