// SPDX-License-Identifier: BSD-2-Clause
// Which slab objects are allocated, from the allocator's own lists: every slab page of memory, less
// what is on a free list (of the slab, of a CPU) or in a sheaf. No hook and no tracepoint takes
// part, so this is what a trace can be judged by.
#pragma once

#include "kernel_memory.h"

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace unfreed::e2e {

// Gives free memory back to the page allocator, and empties what CPUs keep.
void shrink_all_caches();

class SlabWalk {
  public:
    explicit SlabWalk(const KernelMemory& memory);

    // Address of each allocated object and its struct kmem_cache. The kernel goes on meanwhile: an
    // object made or freed during the walk may be in it or not.
    std::unordered_map<std::uint64_t, std::uint64_t> allocated() const;

    // Is this a page that the page allocator holds as free? For what is too large for a slab.
    bool in_free_page(std::uint64_t address) const;

    std::string cache_name(std::uint64_t cache) const;

  private:
    struct Cache {
        std::uint32_t size, red_left_pad, link_offset;
        std::uint64_t random;
    };
    struct Head { // of struct slab
        std::uint64_t address, cache, freelist;
        std::uint32_t objects;
    };
    std::unordered_map<std::uint64_t, Cache> caches() const;
    std::unordered_set<std::uint64_t> held_ready(std::uint64_t address, const Cache& cache) const;
    void add_chain(std::uint64_t first, const Cache& cache,
                   std::unordered_set<std::uint64_t>& free) const;
    void add_sheaf(std::uint64_t sheaf, std::unordered_set<std::uint64_t>& free) const;
    std::uint64_t barn_of(std::uint64_t cache) const;
    std::vector<Head> slabs(const std::unordered_map<std::uint64_t, Cache>& caches) const;
    bool is_slab(const unsigned char* page) const;
    std::uint32_t number(const unsigned char* at, const Field& field) const;

    const KernelMemory& memory_;
    std::uint64_t page_offset_, vmemmap_;
    std::uint32_t page_size_of_struct_;
    std::vector<std::uint64_t> cpu_offsets_;
    std::int64_t slab_flag_, slab_type_;
    Field page_type_, page_refcount_, slab_cache_, slab_freelist_, slab_objects_;
    Field size_, red_left_pad_, link_offset_, random_, name_, list_, cpu_slab_, cpu_sheaves_;
    Field cpu_freelist_, main_, spare_, sheaf_size_, sheaf_objects_;
    Field node_, per_node_, node_barn_, per_node_barn_, full_, barn_list_;
};

} // namespace unfreed::e2e
