// SPDX-License-Identifier: BSD-2-Clause
#include "coverage/traced_growth.h"

#include <algorithm>

namespace unfreed {
namespace {

void add(CacheGrowth& growth, const OriginCounts& counts) {
    growth.births += counts.births;
    growth.deaths += counts.deaths;
    growth.replaced += counts.replaced;
}

} // namespace

ObjectClass CacheGrowth::object_class() const {
    const auto most = std::max_element(births_by_class.begin(), births_by_class.end());
    const auto at = static_cast<std::size_t>(most - births_by_class.begin());
    return at == UF_CLASS_NONE ? ObjectClass::slab : static_cast<ObjectClass>(at);
}

TracedGrowth traced_growth(const Snapshot& snapshot, std::span<const UnfollowedCache> unfollowed,
                           const SlabNames& names) {
    TracedGrowth growth;
    for (const auto& [id, counts] : snapshot.counts) {
        const auto origin = snapshot.origins.find(id);
        if (origin == snapshot.origins.end()) {
            add(growth[""], counts);
            continue;
        }
        CacheGrowth& cache = growth[names.counted_as(origin->second.cache_name)];
        add(cache, counts);
        cache.births_by_class[static_cast<std::size_t>(origin->second.object_class)] +=
            counts.births;
    }
    for (const auto& [name, counts] : snapshot.retired)
        add(growth[names.counted_as(name)], counts);
    for (const UnfollowedCache& cache : unfollowed) {
        UnfollowedCache& sum = growth[names.counted_as(cache.name)].unfollowed;
        sum.births += cache.births;
        sum.deaths += cache.deaths;
    }
    return growth;
}

} // namespace unfreed
