// SPDX-License-Identifier: BSD-2-Clause
// The allocator's books and the tool's, read at the same time, and what differs between them.
#pragma once

#include "slab_walk.h"
#include "tool_table.h"

#include <cstdint>
#include <unordered_map>

namespace unfreed::e2e {

using Addresses = std::unordered_map<std::uint64_t, std::uint64_t>; // and struct kmem_cache

// Two readings of either: what came or went meanwhile is in one of them only.
struct Books {
    Addresses allocated;                             // in both walks
    Addresses ever;                                  // in one at least
    std::unordered_map<std::uint64_t, uf_meta> live; // in both readings of the tool's table
    std::unordered_map<std::uint64_t, uf_meta> seen; // in one at least
    std::uint64_t unknown_deaths_before = 0, unknown_deaths_after = 0;
    std::uint64_t births_without_origin = 0;
};

Books read_books(const SlabWalk& walk, const ToolTable& table);

struct Judgement {
    Addresses missed_deaths; // held as live, not allocated
    Addresses missed_births; // allocated since the first books, not held as live
    std::uint64_t verified = 0;
    std::uint64_t large = 0; // held as live, not in a slab: judged by their page only
    // Objects that were there before the trace die as unknown, each once, and so do those whose
    // origin had no room. What died as unknown beyond them was born in the trace without being
    // seen. Less than 0: old ones that died between two readings.
    std::int64_t deaths_of_unseen = 0;
};

Judgement judge(const Books& start, const Books& end, const SlabWalk& walk);

} // namespace unfreed::e2e
