// SPDX-License-Identifier: BSD-2-Clause
// Is what survived still alive, and what is it now?
#pragma once

#include "analyze/look.h"
#include "model/snapshot.h"

#include <cstdint>

namespace unfreed {

// Reads every socket and dentry of the snapshot once more before anybody is accused: takes out what
// is dead or gone, and notes what was learnt of the others. Returns how many were dead though their
// death had not been seen.
std::uint64_t revalidate(Snapshot& snapshot, const Inspect& inspect);

// Closed sockets that something refers to, nobody knows what, accuse the kernel: one may just be
// between two steps of its end. Where there is one, wait, and look again.
bool any_is_unexplained(const Snapshot& snapshot);
void confirm_unexplained(Snapshot& snapshot, const Inspect& inspect);

// Notes of each open socket whether a process has a descriptor of it. Those that none has may have
// been closed since they were looked at, so they are looked at again.
void note_descriptors(Snapshot& snapshot, const Inspect& inspect);

} // namespace unfreed
