// SPDX-License-Identifier: BSD-2-Clause
// An interrupt makes the sockets of incoming connections, so no process did. Whose they are is told
// by who has them open, and until somebody has, by who listens where they came to.
#pragma once

#include "analyze/socket_relations.h"
#include "model/report.h"
#include "model/snapshot.h"

#include <vector>

namespace unfreed {

// Most sockets first; those that nobody is known of are in none.
std::vector<ReportProcess> owners_of_connections(const std::vector<const LiveObject*>& sockets,
                                                 const Snapshot& snapshot,
                                                 const SocketRelations& relations);

} // namespace unfreed
