// SPDX-License-Identifier: BSD-2-Clause
// Objects whose frees give no event where only the kmem tracepoints can be used.
#pragma once

#include "kernel_counts/slab_names.h"
#include "model/snapshot.h"

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>

namespace unfreed {

// Caches, as they are counted, that are known to be freed in bulk, by a sheaf or by kfree_rcu().
std::set<std::string, std::less<>> caches_with_hidden_frees(const SlabNames& names);

// A missed free shows itself when its address is used again. Too many of them among the births are
// no accident: more than a handful, and more than 1 %.
bool misses_frees(const OriginCounts& counts);

// Functions that allocate what is freed by kfree_rcu(). Their caches have objects of others, too,
// which are freed in sight; so the place counts, not the cache.
class HiddenPlaces {
  public:
    HiddenPlaces() = default;
    // Those known for it, by the name of the function, and those that miss frees in this trace.
    // function_of: the name of the function that has this address, empty if unknown.
    HiddenPlaces(const Snapshot& snapshot,
                 const std::function<std::string(std::uint64_t)>& function_of);

    bool contains(const BirthPlace& place) const {
        return (place.kmalloc ? call_sites_ : own_cache_sites_).contains(place.call_site);
    }

  private:
    std::set<std::uint64_t> call_sites_; // of kmalloc
    std::set<std::uint64_t> own_cache_sites_;
};

} // namespace unfreed
