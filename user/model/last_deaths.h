// SPDX-License-Identifier: BSD-2-Clause
// The latest deaths of one origin's objects that came one after the other, without a pause. Only of
// objects that had lived long (DeathRecord::kLeastAgeNs).
#pragma once

#include <cstdint>

namespace unfreed {

struct LastDeaths {
    std::uint64_t count = 0;
    std::uint64_t first_ns = 0; // CLOCK_MONOTONIC
    std::uint64_t last_ns = 0;
    std::uint64_t oldest_age_ns = 0; // when it died
};

} // namespace unfreed
