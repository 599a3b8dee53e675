// SPDX-License-Identifier: BSD-2-Clause
// ObjectTable: how full it is, and how it is brought in line with a smaller sample.
#include "abi/table_hash.h"
#include "bpf/object_table.h"

#include <algorithm>
#include <atomic>
#include <random>

namespace unfreed::bpf {
namespace {

template <class T>
T load(const T& word) {
    return std::atomic_ref<T>(const_cast<T&>(word)).load(std::memory_order_acquire);
}

template <class T>
void subtract(T& word, std::uint64_t amount) {
    std::atomic_ref<T>(word).fetch_sub(static_cast<T>(amount));
}

// Half of a count, odd ones rounded up or down by chance.
template <class Random>
std::uint64_t half(std::uint64_t count, Random& random) {
    return (count + (random() & 1)) / 2;
}

} // namespace

double ObjectTable::fill() const {
    constexpr std::size_t kLooks = 1024;
    const std::span<const uf_set> sets = objects_.as<const uf_set>();
    const std::size_t stride = std::max<std::size_t>(sets.size() / kLooks, 1);
    std::size_t looks = 0;
    std::size_t used = 0;
    for (std::size_t i = 0; i < sets.size(); i += stride, ++looks)
        for (const __u64& address : sets[i].addr)
            used += load(address) != 0;
    return static_cast<double>(used) / static_cast<double>(looks * UF_WAYS);
}

std::vector<ObjectTable::Deaths> ObjectTable::deaths() const {
    std::vector<Deaths> deaths;
    for (const uf_origin& origin : origins_.as<const uf_origin>())
        deaths.push_back(
            {load(origin.deaths), load(origin.exit_released), load(origin.exit_pending)});
    return deaths;
}

std::uint64_t ObjectTable::evict(const Sampling& sampling) const {
    const std::span<uf_set> sets = objects_.as<uf_set>();
    const std::span<uf_origin> origins = origins_.as<uf_origin>();
    const auto mask = static_cast<std::uint32_t>(sets.size() - 1);
    std::uint64_t evicted = 0;
    for (std::size_t index = 0; index < sets.size(); ++index) {
        uf_set& set = sets[index];
        for (unsigned way = 0; way < UF_WAYS; ++way) {
            __u64 address = load(set.addr[way]);
            if (address == 0 || (address & UF_ADDR_FILLING) != 0 || sampling.follows(address))
                continue;
            const std::uint32_t origin = load(set.meta[way].origin);
            // Of the kernel's programs none handles this address any more; if one does all the
            // same, it is the one that has cleared the slot.
            if (!std::atomic_ref<__u64>(set.addr[way]).compare_exchange_strong(address, 0))
                continue;
            ++evicted;
            if (const std::uint32_t home = uf_table_home(address, mask); home != index)
                subtract(sets[home].overflow, 1);
            if (origin != 0 && origin <= origins.size())
                subtract(origins[origin - 1].births, 1);
        }
    }
    return evicted;
}

void ObjectTable::halve_deaths(std::span<const Deaths> counted, std::uint64_t seed) const {
    const std::span<uf_origin> origins = origins_.as<uf_origin>();
    const std::span<uf_exit_ways> ways = ways_.as<uf_exit_ways>();
    std::minstd_rand random(static_cast<std::uint32_t>(seed) | 1);
    for (std::size_t i = 0; i < origins.size() && i < counted.size(); ++i) {
        const Deaths& all = counted[i];
        if (all.deaths == 0)
            continue;
        // Each kind on its own, so that they stay parts of the whole.
        const std::uint64_t released = half(all.exit_released, random);
        const std::uint64_t pending = half(all.exit_pending, random);
        const std::uint64_t by_exit = std::min(all.deaths, all.exit_released + all.exit_pending);
        const std::uint64_t others = half(all.deaths - by_exit, random);
        const std::uint64_t gone = all.deaths - std::min(all.deaths, released + pending + others);
        subtract(origins[i].exit_released, all.exit_released - released);
        subtract(origins[i].exit_pending, all.exit_pending - pending);
        for (__u32 uf_exit_ways::*way : {&uf_exit_ways::by_rcu, &uf_exit_ways::by_worker,
                                         &uf_exit_ways::by_parent, &uf_exit_ways::unknown})
            subtract(ways[i].*way, load(ways[i].*way) - half(load(ways[i].*way), random));
        // Births first: a reader may find deaths ahead of births, but no object too many.
        subtract(origins[i].births, gone);
        subtract(origins[i].deaths, gone);
    }
}

} // namespace unfreed::bpf
