// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "model/snapshot.h"

#include <cstdint>
#include <unordered_map>

namespace unfreed {

// How many objects of each origin were outstanding at each tick, on one time axis that all origins
// share. When the axis is full every second point goes and from then on only every second tick is
// kept, so that a trace of any length is covered evenly by 64 to 128 points.
class CountHistory {
  public:
    static constexpr std::size_t kMaxPoints = 128;

    // The counts of one tick, of one object in so many. A time that is not later than the last one
    // is ignored.
    void add(std::uint64_t time_ns, const std::unordered_map<OriginId, OriginCounts>& counts,
             std::uint32_t one_in = 1);

    // The number of an origin is free for another.
    void forget(OriginId origin) { history_.outstanding.erase(origin); }

    const OutstandingHistory& points() const { return history_; }

  private:
    void halve();

    OutstandingHistory history_;
    std::uint64_t ticks_ = 0;
    std::uint64_t stride_ = 1;
    std::uint64_t last_time_ns_ = 0;
};

} // namespace unfreed
