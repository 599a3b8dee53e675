// SPDX-License-Identifier: BSD-2-Clause
// Do objects that get old stay, do still more come, and did they take the place of others? Four
// gates, from nothing but times of births and deaths: docs/verdicts.md has formulas and reasons.
#pragma once

#include "model/verdict.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace unfreed {

// What was seen of objects that have something in common. Times are seconds after attach.
struct Lives {
    struct Deaths {
        double birth_s = 0;
        double death_s = 0;
        std::uint64_t count = 0;
    };
    struct Older {
        double time_s = 0;
        double gone = 0; // then; a share of a cache's need not be a whole number
    };

    double window_s = 0;           // until now
    std::vector<double> survivors; // when they were born; in no order
    std::vector<Deaths> deaths;    // of objects of some age: those below it are of no interest
    double precision_s = 0;        // of the times of deaths
    std::vector<Older> older;      // deaths of objects from before the trace
};

// The gates of objects that reached this age; nullopt: fewer than 6 of them are alive.
std::optional<GateFacts> gates_at(const Lives& lives, double age_s);

// The gates at the age at which the answer is surest, ages below min_age_s left out: of ages at
// which the survivors come from all of the time, if there are any.
std::optional<GateFacts> gates_of(const Lives& lives, double min_age_s);

// That they leak: 0 where the survivors do not come from all of the time.
inline double confidence_of(const GateFacts& gates) {
    return gates.steady ? gates.confidence : 0;
}

// What would have been seen if the trace had ended then.
Lives as_of(const Lives& lives, double time_s);

} // namespace unfreed
