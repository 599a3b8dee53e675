// SPDX-License-Identifier: BSD-2-Clause
// What the allocators make for themselves in the middle of somebody's allocation: it stays with the
// slab or the CPU it belongs to, and says nothing of the one who asked.
#include "analyze/structure.h"

#include <algorithm>
#include <iterator>

namespace unfreed {
namespace {

// The list of owners of the objects in a slab (struct slabobj_ext; memcg_alloc_page_obj_cgroups
// before 6.10): freed with the slab by free_slab().
constexpr std::string_view kOwnerLists[] = {
    "alloc_slab_obj_exts",
    "memcg_alloc_slab_cgroups",
    "memcg_alloc_page_obj_cgroups",
    "account_slab",
};

// Arrays of free objects for each CPU (mm/slub.c, 6.18 and later).
constexpr std::string_view kSheaves[] = {
    "alloc_empty_sheaf",        "__alloc_empty_sheaf",     "alloc_full_sheaf",    "refill_sheaf",
    "__pcs_replace_empty_main", "__pcs_replace_full_main", "init_percpu_sheaves",
};

constexpr std::string_view kCaches[] = {
    "init_kmem_cache_nodes", "alloc_kmem_cache_cpus", "early_kmem_cache_node_alloc",
    "do_kmem_cache_create",  "__kmem_cache_create",   "__kmem_cache_create_args",
    "create_cache",          "sysfs_slab_add",
};

// Maps of the chunks of the per-CPU allocator; vmalloc()ed or not, they live as long as the chunk.
constexpr std::string_view kPercpu[] = {
    "pcpu_create_chunk",
    "pcpu_alloc_chunk",
    "pcpu_mem_zalloc",
};

// The allocator of areas: its name for the function that makes one differs between kernels.
constexpr std::string_view kMakesArea[] = {
    "__get_vm_area_node",
    "__vmalloc_area_node",
    "__vmalloc_node_range",
    "__vmalloc_node_range_noprof",
};

// The struct vm_struct and the list of pages of an area; where areas are not followed they are all
// that tells of one. A long list is an area itself, within the making of another.
bool describes_area(const StructureInput& input) {
    if (!input.host.areas_followed)
        return false;
    if (input.group.object_class == ObjectClass::slab)
        return std::find(std::begin(kMakesArea), std::end(kMakesArea), maker(input)) !=
               std::end(kMakesArea);
    const auto makes_area = [](const std::string& frame) {
        return frame.starts_with("__vmalloc_node_range");
    };
    return input.group.object_class == ObjectClass::vmalloc &&
           std::count_if(input.functions.begin(), input.functions.end(), makes_area) > 1;
}

constexpr std::string_view kDebug[] = {
    "fill_pool",       "debug_objects_fill_pool", "create_object",
    "__create_object", "kasan_save_stack",        "depot_alloc_stack",
};

constexpr StructureRule kRules[] = {
    {"slab-owners", Structure::allocators_own,
     "the allocator's list of who owns the objects of a slab, freed with the slab "
     "(alloc_slab_obj_exts, free_slab)",
     [](const StructureInput& input) { return made_in(input, kOwnerLists); }},
    {"slab-sheaf", Structure::allocators_own,
     "the allocator's array of free objects for a CPU (alloc_empty_sheaf)",
     [](const StructureInput& input) { return made_in(input, kSheaves); }},
    {"slab-cache", Structure::allocators_own,
     "describes a slab cache and lives as long as the cache (kmem_cache_create)",
     [](const StructureInput& input) { return made_in(input, kCaches); }},
    {"percpu-chunk", Structure::allocators_own,
     "maps a chunk of the per-CPU allocator, which frees empty ones later (pcpu_balance_free)",
     [](const StructureInput& input) { return made_in(input, kPercpu); }},
    {"vmalloc-list", Structure::allocators_own,
     "describes a vmalloc area, which has a row of its own, and goes with it (vfree)",
     describes_area},
    {"debug-object", Structure::allocators_own,
     "the kernel's debugging keeps it beside each object (debug_objects, kmemleak, KASAN)",
     [](const StructureInput& input) { return made_in(input, kDebug); }},
};

} // namespace

std::span<const StructureRule> allocator_rules() {
    return kRules;
}

} // namespace unfreed
