// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/lifetimes.h"

#include <algorithm>

namespace unfreed {
namespace {

class Bands {
  public:
    explicit Bands(std::uint64_t first_ns) : bands_{{first_ns, 0, 0}} {}

    LifetimeBand& of(std::uint64_t age_ns) {
        while (bands_.back().up_to_ns < age_ns && bands_.back().up_to_ns < INT64_MAX / 2)
            bands_.push_back({bands_.back().up_to_ns * 2, 0, 0});
        const auto band = std::lower_bound(
            bands_.begin(), bands_.end(), age_ns,
            [](const LifetimeBand& one, std::uint64_t age) { return one.up_to_ns < age; });
        return band == bands_.end() ? bands_.back() : *band;
    }
    LifetimeBand& first() { return bands_.front(); }

    std::vector<LifetimeBand> take() {
        const bool none = std::all_of(bands_.begin(), bands_.end(), [](const LifetimeBand& band) {
            return band.died == 0 && band.alive == 0;
        });
        return none ? std::vector<LifetimeBand>() : std::move(bands_);
    }

  private:
    std::vector<LifetimeBand> bands_;
};

// Deaths are known by their cells: ages below one are not told apart.
std::uint64_t first_band_ns(const DeathRecord& record) {
    std::uint64_t first_ns = DeathRecord::kLeastAgeNs;
    while (first_ns < record.cell_ns && first_ns < INT64_MAX / 2)
        first_ns *= 2;
    return first_ns;
}

// 0: born and dead within one cell.
std::uint64_t age_of(const DeathCell& cell, const DeathRecord& record) {
    return cell.death > cell.birth
               ? static_cast<std::uint64_t>(cell.death - cell.birth) * record.cell_ns
               : 0;
}

// By what is recorded of these origins: add(age, count).
template <class Cells, class Add>
void for_each_cell(const Cells& by_origin, std::span<const OriginId> origins,
                   const DeathRecord& record, Add add) {
    for (const OriginId id : origins)
        if (const auto cells = by_origin.find(id); cells != by_origin.end())
            for (const DeathCell& cell : cells->second)
                add(age_of(cell, record), cell.count);
}

} // namespace

std::vector<LifetimeBand> lifetimes_of(const Snapshot& snapshot, const LifetimesOf& what) {
    const DeathRecord& record = snapshot.deaths;
    const std::uint64_t one_in = snapshot.one_in;
    Bands bands(first_band_ns(record));
    for (const LiveObject* object : what.alive) {
        const std::uint64_t birth_ns = std::min(object->slot.birth_ns, snapshot.taken_at_ns);
        bands.of(snapshot.taken_at_ns - birth_ns).alive += one_in;
    }
    std::uint64_t recorded = 0;
    for_each_cell(record.by_origin, what.origins, record,
                  [&](std::uint64_t age_ns, std::uint64_t count) {
                      recorded += count * one_in;
                      bands.of(age_ns).died += count * one_in;
                  });
    // Those that died young are counted, and nothing more.
    bands.first().died += what.deaths - std::min(what.deaths, recorded);
    if (what.freed_at_exit)
        for_each_cell(record.at_exit, what.origins, record,
                      [&](std::uint64_t age_ns, std::uint64_t count) {
                          bands.of(age_ns).alive += count * one_in;
                      });
    return bands.take();
}

} // namespace unfreed
