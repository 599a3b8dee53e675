// SPDX-License-Identifier: BSD-2-Clause
// What the kernel side saw of each slab cache since the trace began.
#pragma once

#include "coverage/hidden_frees.h"
#include "kernel_counts/slab_names.h"
#include "model/snapshot.h"

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>

namespace unfreed {

struct CacheGrowth {
    OriginCounts counts; // of followed objects; those whose origin retired, too
    OriginCounts hidden; // of these: from places whose frees are hidden
    UnfollowedCache unfollowed;
    std::array<std::uint64_t, UF_CLASS_COUNT> births_by_class{};

    // By how much the count of living objects changed. Counters that move while they are read may
    // be off by the few events in between.
    std::int64_t delta() const {
        return static_cast<std::int64_t>(counts.births + unfollowed.births) -
               static_cast<std::int64_t>(counts.deaths + unfollowed.deaths);
    }
    std::int64_t hidden_delta() const {
        return static_cast<std::int64_t>(hidden.births) - static_cast<std::int64_t>(hidden.deaths);
    }
    // The class of most of its objects.
    ObjectClass object_class() const;
};

// By the name they are counted as; "" has what no cache is known of.
using TracedGrowth = std::map<std::string, CacheGrowth>;

TracedGrowth traced_growth(const Snapshot& snapshot, std::span<const UnfollowedCache> unfollowed,
                           const SlabNames& names, const HiddenPlaces& hidden = {});

} // namespace unfreed
