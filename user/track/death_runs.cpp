// SPDX-License-Identifier: BSD-2-Clause
#include "track/death_runs.h"

#include <algorithm>

namespace unfreed {

// Records of several CPUs may come a little out of order.
void DeathRuns::died(OriginId origin, std::uint64_t birth_ns, std::uint64_t death_ns) {
    LastDeaths& run = runs_[origin];
    if (run.count != 0 && death_ns > run.last_ns + kPauseNs)
        run = LastDeaths{};
    run.first_ns = run.count == 0 ? death_ns : std::min(run.first_ns, death_ns);
    run.last_ns = std::max(run.last_ns, death_ns);
    ++run.count;
    if (death_ns > birth_ns)
        run.oldest_age_ns = std::max(run.oldest_age_ns, death_ns - birth_ns);
}

} // namespace unfreed
