// SPDX-License-Identifier: BSD-2-Clause
#include "track/old_deaths.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace unfreed {
namespace {

// Places of ended processes to keep apart; what comes later is kept by cache only. A hostile
// program can change its name at will.
constexpr std::size_t kMaxRetiredPlaces = 16'384;

bool before(const DeathCell& a, const DeathCell& b) {
    return std::tuple(a.death, a.birth) < std::tuple(b.death, b.birth);
}

void add_to(std::uint32_t& count, std::uint32_t more) {
    constexpr auto most = std::numeric_limits<std::uint32_t>::max();
    count = more > most - count ? most : count + more;
}

void add_cell(DeathCells& cells, const DeathCell& cell) {
    const auto at = std::lower_bound(cells.begin(), cells.end(), cell, before);
    if (at != cells.end() && !before(cell, *at))
        add_to(at->count, cell.count);
    else
        cells.insert(at, cell);
}

// Halving a time keeps the order of deaths, but not that of births within one cell of death.
void halve(DeathCells& cells) {
    DeathCells halved;
    for (const DeathCell& cell : cells)
        add_cell(halved, {static_cast<std::uint8_t>(cell.birth / 2),
                          static_cast<std::uint8_t>(cell.death / 2), cell.count});
    cells = std::move(halved);
}

std::uint64_t beyond(std::uint64_t deaths, std::uint64_t births) {
    return deaths > births ? deaths - births : 0;
}

std::uint64_t scaled(std::uint64_t count, double part) {
    return static_cast<std::uint64_t>(static_cast<double>(count) * part);
}

} // namespace

std::uint8_t OldDeaths::cell_of(std::uint64_t time_ns) {
    if (record_.start_ns == 0)
        record_.start_ns = time_ns;
    if (time_ns <= record_.start_ns)
        return 0;
    while ((time_ns - record_.start_ns) / record_.cell_ns >= DeathRecord::kMaxCells)
        halve_cells();
    return static_cast<std::uint8_t>((time_ns - record_.start_ns) / record_.cell_ns);
}

void OldDeaths::halve_cells() {
    record_.cell_ns *= 2;
    for (auto& [origin, cells] : record_.by_origin)
        halve(cells);
    for (auto& [origin, cells] : record_.at_exit)
        halve(cells);
    for (auto& [place, cells] : record_.retired)
        halve(cells);
    for (auto& [place, gone] : record_.older) {
        std::vector<std::uint64_t> halved((gone.size() + 1) / 2);
        for (std::size_t i = 0; i < gone.size(); ++i)
            halved[i / 2] += gone[i];
        gone = std::move(halved);
    }
}

void OldDeaths::add(DeathCells& cells, std::uint64_t birth_ns, std::uint64_t death_ns) {
    cell_of(birth_ns);                            // if it is the first time of all
    const std::uint8_t death = cell_of(death_ns); // may make the cells wider
    add_cell(cells, {cell_of(birth_ns), death, 1});
}

void OldDeaths::died(OriginId origin, std::uint64_t birth_ns, std::uint64_t death_ns) {
    if (death_ns < birth_ns + DeathRecord::kLeastAgeNs)
        return;
    add(record_.by_origin[origin], birth_ns, death_ns);
}

void OldDeaths::died_at_exit(OriginId origin, std::uint64_t birth_ns, std::uint64_t death_ns) {
    if (death_ns < birth_ns + DeathRecord::kLeastAgeNs)
        return;
    add(record_.at_exit[origin], birth_ns, death_ns);
}

void OldDeaths::note_gone(const OlderPlace& place, std::uint64_t gone, std::uint8_t cell) {
    std::uint64_t& before = older_before_[place];
    if (gone <= before)
        return;
    std::vector<std::uint64_t>& cells = record_.older[place];
    cells.resize(std::max<std::size_t>(cells.size(), cell + std::size_t{1}));
    cells[cell] += gone - before;
    before = gone;
}

void OldDeaths::older(std::span<const UnfollowedCache> caches, std::uint64_t time_ns) {
    const std::uint8_t cell = cell_of(time_ns);
    record_.older_known = true;
    older_at_ns_ = time_ns;
    for (const UnfollowedCache& cache : caches) {
        // Some of the dead were born in the trace: the tool's own, and what was not followed.
        const std::uint64_t all = beyond(cache.deaths, cache.births);
        std::uint64_t told = 0;
        for (const auto& [by, counts] : cache.by)
            told += beyond(counts.deaths, counts.births);
        // Who bore them may not be known where it is known who freed them.
        const double part = told > all ? static_cast<double>(all) / static_cast<double>(told) : 1.0;
        for (const auto& [by, counts] : cache.by)
            note_gone({cache.name, by}, scaled(beyond(counts.deaths, counts.births), part), cell);
        note_gone({cache.name, 0}, beyond(all, told), cell);
    }
}

void OldDeaths::tick(std::uint64_t time_ns) {
    cell_of(time_ns);
    if (last_tick_ns_ && time_ns > last_tick_ns_)
        record_.longest_gap_ns = std::max(record_.longest_gap_ns, time_ns - last_tick_ns_);
    last_tick_ns_ = time_ns;
}

void OldDeaths::halve_counts() {
    // Rounded up: too many deaths make a verdict milder.
    const auto half = [](DeathCells& cells) {
        for (DeathCell& cell : cells)
            cell.count = cell.count / 2 + cell.count % 2;
    };
    for (auto& [origin, cells] : record_.by_origin)
        half(cells);
    for (auto& [place, cells] : record_.retired)
        half(cells);
    for (auto& [origin, cells] : record_.at_exit)
        for (DeathCell& cell : cells)
            cell.count /= 2;
}

void OldDeaths::forget(OriginId origin, const OriginEvent* known) {
    record_.at_exit.erase(origin);
    const auto found = record_.by_origin.find(origin);
    if (found == record_.by_origin.end())
        return;
    RetiredPlace place;
    if (known) {
        place = {known->cache_name, known->comm, known->kernel_stack};
        if (record_.retired.size() >= kMaxRetiredPlaces && !record_.retired.contains(place))
            place = {known->cache_name, {}, {}};
    }
    DeathCells& sum = record_.retired[std::move(place)];
    for (const DeathCell& cell : found->second)
        add_cell(sum, cell);
    record_.by_origin.erase(found);
}

} // namespace unfreed
