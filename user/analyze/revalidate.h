// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "model/inspection.h"
#include "model/snapshot.h"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace unfreed {

// Looks at objects, one answer each, in order.
using Inspect = std::function<std::vector<Inspection>(std::span<const InspectRequest>)>;

// Reads every socket and dentry of the snapshot once more before anybody is accused: takes out what
// is dead or gone, and notes what was learnt of the others. Returns how many were dead though their
// death had not been seen.
std::uint64_t revalidate(Snapshot& snapshot, const Inspect& inspect);

// Closed sockets that something refers to, nobody knows what, accuse the kernel: one may just be
// between two steps of its end. Waits, if there is one, and looks again.
void confirm_unexplained(Snapshot& snapshot, const Inspect& inspect,
                         const std::function<void()>& wait);

// The question about one object.
InspectRequest inspect_request(const Snapshot& snapshot, const TableObject& object);

} // namespace unfreed
