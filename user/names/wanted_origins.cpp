// SPDX-License-Identifier: BSD-2-Clause
#include "names/wanted_origins.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <unordered_set>
#include <utility>

namespace unfreed::names {
namespace {

// Origins with equal kernel stacks are alike in these.
std::tuple<ObjectClass, std::string_view, std::int32_t> look_of(const OriginEvent& origin) {
    return {origin.object_class, origin.cache_name, origin.syscall};
}

void by_process(std::vector<OriginEvent*>& origins) {
    std::sort(origins.begin(), origins.end(), [](const OriginEvent* a, const OriginEvent* b) {
        return std::pair(a->tgid, a->id) < std::pair(b->tgid, b->id);
    });
}

} // namespace

WantedOrigins wanted_origins(Snapshot& snapshot) {
    std::unordered_set<OriginId> alive;
    for (const LiveObject& object : snapshot.objects)
        alive.insert(object.slot.origin);
    for (const auto& [id, counts] : snapshot.counts)
        if (counts.exit_released != 0)
            alive.insert(id);
    WantedOrigins wanted;
    std::set<decltype(look_of({}))> looks;
    for (OriginId id : alive)
        if (const auto origin = snapshot.origins.find(id); origin != snapshot.origins.end()) {
            looks.insert(look_of(origin->second));
            if (!origin->second.user_stack.empty())
                wanted.of_objects.push_back(&origin->second);
        }
    wanted.all = wanted.of_objects;
    for (auto& [id, origin] : snapshot.origins)
        if (!alive.contains(id) && !origin.user_stack.empty() && looks.contains(look_of(origin)))
            wanted.all.push_back(&origin);
    for (ChargedDead& dead : snapshot.charged_dead)
        if (!dead.origin.user_stack.empty())
            wanted.all.push_back(&dead.origin);
    by_process(wanted.of_objects);
    by_process(wanted.all);
    return wanted;
}

} // namespace unfreed::names
