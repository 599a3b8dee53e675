// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "model/snapshot.h"

#include <vector>

namespace unfreed::names {

// Origins of a snapshot whose user stacks matter to its report, those of a process together, as the
// unwinder likes it. Pointers into the snapshot.
struct WantedOrigins {
    std::vector<OriginEvent*> of_objects; // something is alive, or only an exit freed it
    // These, those of sockets that died with memory charged, and those without survivors that may
    // be of the same group.
    std::vector<OriginEvent*> all;
};

WantedOrigins wanted_origins(Snapshot& snapshot);

} // namespace unfreed::names
