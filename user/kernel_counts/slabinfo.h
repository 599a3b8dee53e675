// SPDX-License-Identifier: BSD-2-Clause
// The kernel's own count of slab objects: /proc/slabinfo.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace unfreed {

struct SlabCache {
    std::string name;
    // Objects in use, as the allocator sees it: SLUB counts those that sit in the lists of a CPU as
    // in use, so it may be high by some hundred per cache and moves in steps.
    std::uint64_t active_objects = 0;
    std::uint64_t total_objects = 0;
    std::uint64_t object_bytes = 0; // with padding
    std::uint64_t objects_per_slab = 0;
};

struct SlabInfo {
    // In the order of the file. Names of merged caches stand for all of them.
    std::vector<SlabCache> caches;

    // nullptr: no such cache. The pointer lives as long as this.
    const SlabCache* find(std::string_view name) const;

    // Fails with Errc::malformed and the line number.
    static Result<SlabInfo> parse(std::string_view text);
    // Only root may read the file; it is missing in some kernels. Fails with permission, not_found,
    // io or malformed.
    static Result<SlabInfo> read(const std::string& path = "/proc/slabinfo");
};

} // namespace unfreed
