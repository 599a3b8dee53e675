// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "model/death_record.h"
#include "model/snapshot.h"

#include <cstdint>
#include <map>
#include <span>

namespace unfreed {

// Keeps the DeathRecord of a trace. When time has filled all cells, two become one, so that a trace
// of any length has 64 to 128 of them.
class OldDeaths {
  public:
    // The object must have died; what was younger than DeathRecord::kLeastAgeNs is ignored.
    void died(OriginId origin, std::uint64_t birth_ns, std::uint64_t death_ns);
    // The same, by the exit of its process, in a trace of that process.
    void died_at_exit(OriginId origin, std::uint64_t birth_ns, std::uint64_t death_ns);
    // Deaths and births so far of objects that are not followed.
    void older(std::span<const UnfollowedCache> caches, std::uint64_t time_ns);
    bool older_due(std::uint64_t time_ns) const {
        return time_ns >= older_at_ns_ + record_.cell_ns;
    }
    // A look at the table.
    void tick(std::uint64_t time_ns);
    // One object in so many is followed from now on, half of what was before.
    void halve_counts();
    // Its number is free for another; what it was, if known.
    void forget(OriginId origin, const OriginEvent* known);

    const DeathRecord& record() const { return record_; }

  private:
    std::uint8_t cell_of(std::uint64_t time_ns);
    void add(DeathCells& cells, std::uint64_t birth_ns, std::uint64_t death_ns);
    void halve_cells();
    void note_gone(const OlderPlace& place, std::uint64_t gone, std::uint8_t cell);

    DeathRecord record_;
    std::map<OlderPlace, std::uint64_t> older_before_; // at the last look
    std::uint64_t older_at_ns_ = 0;
    std::uint64_t last_tick_ns_ = 0;
};

} // namespace unfreed
