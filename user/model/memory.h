// SPDX-License-Identifier: BSD-2-Clause
// The memory of the host in parts that add up, and their growth.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace unfreed {

struct MemoryBalance {
    struct Part {
        std::string name; // "free", "anonymous", "slab", "vmalloc" ...
        std::uint64_t bytes = 0;
    };
    std::uint64_t total_bytes = 0;
    std::vector<Part> parts; // always the same ones, in the same order
    // What is left. Negative where the parts, read one after the other, are more than there is.
    std::int64_t unaccounted_bytes = 0;
};

// Balances at the start and the end of a time.
struct MemoryChange {
    MemoryBalance start;
    MemoryBalance end;
};

// How much a part grew; 0 if there is no such part.
std::int64_t growth_of(const MemoryChange& change, std::size_t part);
std::int64_t unaccounted_growth(const MemoryChange& change);

} // namespace unfreed
