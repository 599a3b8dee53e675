// SPDX-License-Identifier: BSD-2-Clause
#include "coverage/hidden_frees.h"

#include <algorithm>
#include <array>
#include <map>
#include <span>

namespace unfreed {
namespace {

constexpr std::uint64_t kHandful = 5;

// Socket buffer heads go back through the NAPI cache and in lists (kmem_cache_free_bulk), maple
// tree nodes by a sheaf (6.18) or in bulk, epoll items by kfree_rcu(). On 6.18, 44 613 of the
// nodes and 1 676 of the items of half a minute of churn were seen again on an address still held.
constexpr std::array<std::string_view, 5> kCaches{
    "skbuff_head_cache", "skbuff_fclone_cache", "skbuff_small_head", "maple_node", "eventpoll_epi"};

// Parts of function names: what is inlined into what differs between builds. The epoll instance,
// the timerfd context, names of dentries that are too long for the dentry, routes, sysctl tables.
constexpr std::array<std::string_view, 6> kFunctions{"epoll_create",    "ep_alloc",
                                                     "timerfd_create",  "__d_alloc",
                                                     "fib_create_info", "register_sysctl_table"};
// The same of what has a cache of its own, which may be merged with that of others: POSIX timers
// (posixtimer_free_timer), user namespaces (free_user_ns) and their counts (put_ucounts).
constexpr std::array<std::string_view, 4> kOwnCaches{"timer_create", "alloc_posix_timer",
                                                     "create_user_ns", "alloc_ucounts"};

bool has_part(std::string_view function, std::span<const std::string_view> parts) {
    return std::any_of(parts.begin(), parts.end(), [&](std::string_view part) {
        return function.find(part) != std::string_view::npos;
    });
}

} // namespace

std::set<std::string, std::less<>> caches_with_hidden_frees(const SlabNames& names) {
    std::set<std::string, std::less<>> caches;
    for (std::string_view name : kCaches)
        caches.insert(names.counted_as(name));
    return caches;
}

bool misses_frees(const OriginCounts& counts) {
    return counts.replaced > kHandful && counts.replaced > counts.births / 100;
}

HiddenPlaces::HiddenPlaces(const Snapshot& snapshot,
                           const std::function<std::string(std::uint64_t)>& function_of) {
    std::map<std::uint64_t, OriginCounts> by_site;
    const auto add = [&](const BirthPlace& place, const OriginCounts& counts) {
        if (place.call_site == 0)
            return;
        if (!place.kmalloc) {
            if (has_part(function_of(place.call_site), kOwnCaches))
                own_cache_sites_.insert(place.call_site);
            return;
        }
        OriginCounts& sum = by_site[place.call_site];
        sum.births += counts.births;
        sum.replaced += counts.replaced;
    };
    for (const auto& [id, origin] : snapshot.origins)
        if (const auto counts = snapshot.counts.find(id); counts != snapshot.counts.end())
            add(birth_place_of(origin), counts->second);
    for (const auto& [place, counts] : snapshot.retired)
        add(place, counts);
    for (const auto& [site, counts] : by_site)
        if (misses_frees(counts) || has_part(function_of(site), kFunctions))
            call_sites_.insert(site);
}

} // namespace unfreed
