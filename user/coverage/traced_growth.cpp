// SPDX-License-Identifier: BSD-2-Clause
#include "coverage/traced_growth.h"

#include <algorithm>

namespace unfreed {
namespace {

void add(OriginCounts& sum, const OriginCounts& counts) {
    sum.births += counts.births;
    sum.deaths += counts.deaths;
    sum.replaced += counts.replaced;
}

} // namespace

ObjectClass CacheGrowth::object_class() const {
    const auto most = std::max_element(births_by_class.begin(), births_by_class.end());
    const auto at = static_cast<std::size_t>(most - births_by_class.begin());
    return at == UF_CLASS_NONE ? ObjectClass::slab : static_cast<ObjectClass>(at);
}

TracedGrowth traced_growth(const Snapshot& snapshot, std::span<const UnfollowedCache> unfollowed,
                           const SlabNames& names, const HiddenPlaces& hidden) {
    TracedGrowth growth;
    const auto add_place = [&](const BirthPlace& place, const OriginCounts& counts) {
        CacheGrowth& cache = growth[names.counted_as(place.cache)];
        add(cache.counts, counts);
        if (hidden.contains(place))
            add(cache.hidden, counts);
        return &cache;
    };
    for (const auto& [id, counts] : snapshot.counts) {
        const auto origin = snapshot.origins.find(id);
        if (origin == snapshot.origins.end()) {
            add_place({}, counts);
            continue;
        }
        if (!is_of_cache(origin->second.object_class))
            continue;
        CacheGrowth* cache = add_place(birth_place_of(origin->second), counts);
        cache->births_by_class[static_cast<std::size_t>(origin->second.object_class)] +=
            counts.births;
    }
    for (const auto& [place, counts] : snapshot.retired)
        add_place(place, counts);
    for (const UnfollowedCache& cache : unfollowed) {
        UnfollowedCache& sum = growth[names.counted_as(cache.name)].unfollowed;
        sum.births += cache.births;
        sum.deaths += cache.deaths;
    }
    return growth;
}

} // namespace unfreed
