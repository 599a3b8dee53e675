// SPDX-License-Identifier: BSD-2-Clause
// The order of a report's groups.
#pragma once

#include "analyze/options.h"
#include "model/analysis.h"

#include <vector>

namespace unfreed {

// Sorts the groups so that the first row is what a reader wants to see. First by tier:
//   1. pid and run mode, when all traced processes have ended: sockets that outlive them, because
//      nobody is left who could hold these
//   2. then: sockets, dentries in use, floods of negative ones. While a process still runs, and in
//      host mode: all groups but those of tier 4 and 5, so that a big slab leak beats a daemon's
//      few open sockets
//   3. after the end: slab objects and cached dentries, which live on by design
//   4. pid and run mode: slab objects that only the exit released. Every process has those
//   5. rcu-pending
//   6. not judged: their frees may be hidden
// and within a tier by score = weight * bytes * growth: what is big and grows is what fills the
// memory. Such a socket or dentry weighs 100 times a slab object, since it has a name and
// brings slab objects with it that are the same leak seen again; objects that outlive their process
// weigh 10 times. Ties: sockets, dentries, slab; then the higher count; then the order given.
void rank(std::vector<AnalyzedGroup>& groups, TraceMode mode, bool all_processes_ended);

} // namespace unfreed
