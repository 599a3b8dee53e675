// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>

namespace unfreed {

// How much of what is judged a report shall show.
struct JudgeOptions {
    std::size_t top = 20;     // rows for a reader
    bool every_group = false; // those beyond `top`, too
    std::size_t objects_per_group = 3;
    bool lists_objects = true;           // of the first `top` rows
    bool lists_objects_of_every = false; // of all
    bool members = false;                // which dentries are in a group, for --probe-reclaim
};

} // namespace unfreed
