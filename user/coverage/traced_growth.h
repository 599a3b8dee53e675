// SPDX-License-Identifier: BSD-2-Clause
// What the kernel side saw of each slab cache since the trace began.
#pragma once

#include "kernel_counts/slab_names.h"
#include "model/snapshot.h"

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>

namespace unfreed {

struct CacheGrowth {
    std::uint64_t births = 0; // followed objects; those whose origin retired, too
    std::uint64_t deaths = 0;
    std::uint64_t replaced = 0; // of the deaths: missed, and noticed by a birth at the address
    UnfollowedCache unfollowed;
    std::array<std::uint64_t, UF_CLASS_COUNT> births_by_class{};

    // By how much the count of living objects changed. Counters that move while they are read may
    // be off by the few events in between.
    std::int64_t delta() const {
        return static_cast<std::int64_t>(births + unfollowed.births) -
               static_cast<std::int64_t>(deaths + unfollowed.deaths);
    }
    // The class of most of its objects.
    ObjectClass object_class() const;
};

// By the name they are counted as; "" has what no cache is known of.
using TracedGrowth = std::map<std::string, CacheGrowth>;

TracedGrowth traced_growth(const Snapshot& snapshot, std::span<const UnfollowedCache> unfollowed,
                           const SlabNames& names);

} // namespace unfreed
