// SPDX-License-Identifier: BSD-2-Clause
// How old objects became, and which of them still live, for a chart.
#pragma once

#include "model/lifetime_band.h"
#include "model/snapshot.h"

#include <cstdint>
#include <span>
#include <vector>

namespace unfreed {

struct LifetimesOf {
    std::span<const OriginId> origins;
    std::span<const LiveObject* const> alive; // those of the row
    bool freed_at_exit = false;               // and what the exit freed
    std::uint64_t deaths = 0; // of the origins, not by an exit; of a sample: an estimate
};

// Bands of ages, each twice as old as the one before; the first ends where ages are not told apart
// any more. Deaths are those of the origins, whatever rows they have. Empty: nothing was born.
std::vector<LifetimeBand> lifetimes_of(const Snapshot& snapshot, const LifetimesOf& what);

} // namespace unfreed
