// SPDX-License-Identifier: BSD-2-Clause
#include "slab_books.h"

#include <algorithm>
#include <chrono>
#include <thread>

namespace unfreed::e2e {
namespace {

// The smallest kmalloc that no slab cache serves has more bytes than this.
constexpr std::uint32_t kLargestSlabObject = 8192;

std::int64_t old_objects_gone(const Books& start, const Books& end) {
    std::int64_t gone = 0;
    for (const auto& [address, cache] : start.allocated)
        if (!start.seen.contains(address) &&
            (!end.ever.contains(address) || end.seen.contains(address)))
            ++gone;
    return gone;
}

std::int64_t alive_without_origin(const Books& books) {
    return std::count_if(books.seen.begin(), books.seen.end(), [](const auto& object) {
        return object.second.origin == 0 && object.second.size <= kLargestSlabObject;
    });
}

std::int64_t dead_without_origin(const Books& start, const Books& end) {
    return static_cast<std::int64_t>(end.births_without_origin - start.births_without_origin) +
           alive_without_origin(start) - alive_without_origin(end);
}

} // namespace

Books read_books(const SlabWalk& walk, const ToolTable& table) {
    shrink_all_caches();
    std::this_thread::sleep_for(std::chrono::seconds(1)); // what shrinking gives up by RCU
    Books books;
    books.births_without_origin = table.births_without_origin();
    books.unknown_deaths_before = table.unknown_deaths();
    const auto before = table.objects();
    const Addresses first = walk.allocated();
    shrink_all_caches();
    std::this_thread::sleep_for(std::chrono::seconds(1));
    const Addresses second = walk.allocated();
    const auto after = table.objects();
    books.unknown_deaths_after = table.unknown_deaths();
    for (const auto& [address, cache] : first) {
        books.ever[address] = cache;
        if (second.contains(address))
            books.allocated[address] = cache;
    }
    books.ever.insert(second.begin(), second.end());
    for (const auto& [address, meta] : before) {
        const auto found = after.find(address);
        if (found != after.end() && found->second.birth_ns == meta.birth_ns)
            books.live[address] = meta;
    }
    books.seen = before;
    books.seen.insert(after.begin(), after.end());
    return books;
}

Judgement judge(const Books& start, const Books& end, const SlabWalk& walk) {
    Judgement found;
    for (const auto& [address, meta] : end.live) {
        if (end.ever.contains(address))
            ++found.verified;
        else if (meta.size > kLargestSlabObject && !walk.in_free_page(address))
            ++found.large;
        else
            found.missed_deaths[address] = 0;
    }
    for (const auto& [address, cache] : end.allocated)
        if (!end.seen.contains(address) &&
            (!start.ever.contains(address) || start.seen.contains(address)))
            found.missed_births[address] = cache;
    found.deaths_of_unseen =
        static_cast<std::int64_t>(end.unknown_deaths_before - start.unknown_deaths_after) -
        old_objects_gone(start, end) - dead_without_origin(start, end);
    return found;
}

} // namespace unfreed::e2e
