// SPDX-License-Identifier: BSD-2-Clause
// Sockets that are not followed, where the report lists them or followed ones belong to them.
#pragma once

#include "analyze/look.h"
#include "model/snapshot.h"
#include "model/socket_list.h"

#include <cstdint>
#include <functional>
#include <span>
#include <unordered_set>

namespace unfreed {

// Reads those that are alive and still the same. `wanted`: of these the ones to keep.
void add_other_sockets(Snapshot& snapshot, const Inspect& inspect,
                       std::span<const ListedSocket> listed, bool pre_attach,
                       const std::function<bool(const SocketFacts&)>& wanted);

// The same for connections that came to a listener of the snapshot, older than the trace.
void add_connections(Snapshot& snapshot, const Inspect& inspect,
                     std::span<const ListedSocket> listed);

// Reads the other ends of unix sockets, as far as they are not in the snapshot. `pre_attach`:
// addresses of those that are older than the trace.
void add_unix_peers(Snapshot& snapshot, const Inspect& inspect,
                    const std::unordered_set<std::uint64_t>& pre_attach);

// Sockets of the snapshot to which others belong that it has not: closed unix sockets that nobody
// seems to hold, and connections whose listener is not known.
struct UnknownRelations {
    std::unordered_set<std::uint64_t> closed; // addresses
    bool listeners = false;

    bool any() const { return listeners || !closed.empty(); }
    // Belongs to one of them, or may.
    bool concerns(const SocketFacts& other) const;
};
UnknownRelations unknown_relations(const Snapshot& snapshot);

// Does one of the other sockets accuse the kernel? A moment later it may have got from one step of
// its end to the next: then those that do are read again.
bool any_other_is_accused(const Snapshot& snapshot);
void confirm_other_sockets(Snapshot& snapshot, const Inspect& inspect);

// The facts and the holders were not read at the same moment: other sockets of which they
// contradict each other are read again.
void settle_other_sockets(Snapshot& snapshot, const Inspect& inspect);

} // namespace unfreed
