// SPDX-License-Identifier: BSD-2-Clause
// Finds deaths that come one after the other: a runtime that closes at its end what the program
// left open, a server that is asked to stop.
#pragma once

#include "model/event.h"
#include "model/last_deaths.h"

#include <cstdint>
#include <unordered_map>

namespace unfreed {

// One thread owns it. A few dozen bytes for each origin whose long-lived objects have died.
class DeathRuns {
  public:
    // Deaths further apart are no row. On a loaded host a process may wait so long for a CPU, an
    // emulated one for some tenths of a second.
    static constexpr std::uint64_t kPauseNs = 500'000'000;

    void died(OriginId origin, std::uint64_t birth_ns, std::uint64_t death_ns);
    void forget(OriginId origin) { runs_.erase(origin); }

    const std::unordered_map<OriginId, LastDeaths>& latest() const { return runs_; }

  private:
    std::unordered_map<OriginId, LastDeaths> runs_;
};

} // namespace unfreed
