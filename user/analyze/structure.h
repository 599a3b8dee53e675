// SPDX-License-Identifier: BSD-2-Clause
// What the kernel's own structure says of a group: memory that a shrinker can free, that the
// allocator has for itself or that is kept for use again is never a leak, whatever its numbers; of
// other things one is enough. An ordered list of rules, the first that holds decides. They judge by
// the functions that made the objects, which hold where caches are merged, and by the cache's name
// only where no stack is known.
#pragma once

#include "analyze/leak_analyzer.h"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace unfreed {

// What the rules must know of the host and the trace.
struct StructureHost {
    // The kernel accounts this cache as reclaimable: SLAB_RECLAIM_ACCOUNT. Default: not known.
    std::function<bool(const std::string& cache)> reclaim_account;
    std::uint64_t cpus = 1;
    TraceMode mode = TraceMode::host;
    bool areas_followed = false; // class vmalloc
};

// Borrows all of it.
struct StructureInput {
    const AnalyzedGroup& group;
    std::span<const std::string> functions; // of the kernel stack, innermost first
    const StructureHost& host;
};

struct StructureRule {
    std::string_view name;
    Structure structure;
    std::string_view reason; // half a sentence, with the function of the kernel that proves it
    bool (*holds)(const StructureInput& input);
};

// Each concept has a file: structure_allocator, structure_reclaim, structure_pools, structure_use.
std::span<const StructureRule> damning_rules();
std::span<const StructureRule> allocator_rules();
std::span<const StructureRule> reclaim_rules();
std::span<const StructureRule> pool_rules();
std::span<const StructureRule> use_rules();

// nullptr: no rule holds.
const StructureRule* structure_rule(const StructureInput& input);
StructureFinding structure_of(const StructureInput& input);

// One of these functions, or a part of it that the compiler made a function of its own
// ("f.isra.0", "f.constprop.0"), is on the stack.
bool made_in(const StructureInput& input, std::span<const std::string_view> functions);
// The innermost function but for the allocator's own; empty: no stack is known.
std::string_view maker(std::span<const std::string> functions);
inline std::string_view maker(const StructureInput& input) {
    return maker(input.functions);
}

} // namespace unfreed
