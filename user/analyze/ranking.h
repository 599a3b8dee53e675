// SPDX-License-Identifier: BSD-2-Clause
// The order of a report's groups.
#pragma once

#include "analyze/options.h"
#include "model/analysis.h"

#include <vector>

namespace unfreed {

// Sorts the groups so that the first row is what a reader wants to see. First by tier:
//   1. kernel bugs: one is enough
//   2. what is leaking, and
//   3. suspect: within both by bytes an hour times confidence
//   4. pid and run mode, when all traced processes have ended: sockets that outlive them, because
//      nobody is left who could hold these
//   5. then: sockets, dentries in use, floods of negative ones. While a process still runs, and in
//      host mode: all groups but those of tier 8 and 9, so that a big slab leak beats a daemon's
//      few open sockets
//   6. after the end: slab objects and cached dentries, which live on by design
//   7. pid and run mode: slab objects that only the exit released. Every process has those
//   8. rcu-pending
//   9. not judged: their frees may be hidden
// and within a tier, from the fourth on, by score = weight * bytes * growth: what is big and grows
// is what fills the memory. Such a socket or dentry weighs 100 times a slab object, since it has a
// name and brings slab objects with it that are the same leak seen again; objects that outlive
// their process weigh 10 times. Ties: sockets, dentries, slab; then the higher count; then the
// order given.
void rank(std::vector<AnalyzedGroup>& groups, TraceMode mode, bool all_processes_ended);

} // namespace unfreed
