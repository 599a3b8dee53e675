// SPDX-License-Identifier: BSD-2-Clause
// Sockets that were only listed (there is no stack that could tell them apart): who holds how many
// of which kind, and how much memory they keep.
#pragma once

#include "analyze/socket_relations.h"
#include "model/report.h"
#include "model/snapshot.h"

#include <cstdint>
#include <functional>
#include <span>

namespace unfreed {

struct SocketGroupOptions {
    std::uint64_t top = 20;
    std::uint64_t sockets_per_group = 3;
    // What is known of a holder; only its names are used.
    std::function<ProcessInfo(std::uint32_t tgid)> process;
};

// `sockets`: those to group, all of them read; `snapshot` and `relations`: what else is known.
// `details` of the sockets are not filled in.
SocketSection group_sockets(std::span<const LiveObject* const> sockets, const Snapshot& snapshot,
                            const SocketRelations& relations, const SocketGroupOptions& options);

} // namespace unfreed
