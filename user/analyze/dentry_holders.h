// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "analyze/look.h"
#include "model/snapshot.h"

#include <cstdint>
#include <functional>

namespace unfreed {

// How many references mounts have on the dentry at this place.
using MountReferences = std::function<std::uint32_t(const DentryLocation&)>;
// Whether something may hold this place that nobody can count: kernel code (overlayfs, loop, swap,
// nfsd), or mounts that only the process that made it sees.
using MayBeHeldUnseen = std::function<bool(const DentryLocation&, std::uint32_t maker)>;

// Notes of each dentry how many references can be seen to hold it (DentryFacts::holders), after the
// snapshot's holders were read. Before one is taken for pinned it is read again, with
// `inspect_details`: who held it may have let go meanwhile. Roots are not judged: what has no name
// is a file in use, also where no process has it open (a descriptor on its way between two).
void note_holders(Snapshot& snapshot, const Inspect& inspect_details,
                  const MountReferences& mount_references,
                  const MayBeHeldUnseen& may_be_held_unseen = {});

} // namespace unfreed
