// SPDX-License-Identifier: BSD-2-Clause
// How fast a group grows.
#pragma once

#include "model/snapshot.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace unfreed {

struct CountPoint {
    std::uint64_t time_ns = 0;
    double count = 0;
};

// Outstanding objects of these origins over the trace up to until_ns, with the moment of the
// snapshot as the last point.
std::vector<CountPoint> count_series(const Snapshot& snapshot, std::span<const OriginId> origins,
                                     std::uint64_t until_ns);

// Slope of the straight line through the points (least squares), per second. nullopt if there are
// fewer than 3 points or they span less than 2 s: then any slope is noise.
std::optional<double> slope_per_s(std::span<const CountPoint> points);

} // namespace unfreed
