// SPDX-License-Identifier: BSD-2-Clause
// How many objects of a group were outstanding over the trace, for a chart.
#pragma once

#include "model/snapshot.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace unfreed {

// More than this shows nothing more on a chart as wide as a screen.
inline constexpr std::size_t kMostHistoryPoints = 64;

// Moments of the trace, evenly spaced; the last is that of the snapshot. Empty: there was no tick.
std::vector<std::uint64_t> history_times(const Snapshot& snapshot);

// Outstanding objects of these origins, young ones too, at each of `times` that is not later than
// until_ns. Empty: none was ever seen.
std::vector<std::uint64_t> history_of(const Snapshot& snapshot, std::span<const OriginId> origins,
                                      std::span<const std::uint64_t> times, std::uint64_t until_ns);

} // namespace unfreed
