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

// Notes of each open socket whether a process has a descriptor of it. Those that none has may have
// been closed since they were looked at, so they are looked at again.
void note_descriptors(Snapshot& snapshot, const Inspect& inspect);

// Looks at some at a time: answers are larger than objects, of which there may be millions.
void inspect_each(const Inspect& inspect, std::span<const InspectRequest> requests,
                  const std::function<void(std::size_t index, const Inspection&)>& consume);

// The question about one object.
InspectRequest inspect_request(const Snapshot& snapshot, const TableObject& object);

} // namespace unfreed
