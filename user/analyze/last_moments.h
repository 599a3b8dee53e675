// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "model/analysis.h"
#include "model/snapshot.h"

#include <vector>

namespace unfreed {

// What lived long and was freed in a row right before its process ended, by process and cache:
// interpreters close at their end what the program left open, and a server that is asked to stop
// closes all that it has. None of it is outstanding, so without this nothing would be said of it.
// Sockets first, then most objects first. Only processes that have ended.
std::vector<FoundLastMoments> last_moments(const Snapshot& snapshot,
                                           std::uint64_t trace_started_ns);

} // namespace unfreed
