// SPDX-License-Identifier: BSD-2-Clause
// What is read of survivors, late and for a report only: who holds them, and what they are.
#pragma once

#include "model/analysis.h"
#include "model/report.h"
#include "model/snapshot.h"
#include "names/naming.h"
#include "source/event_source.h"

namespace unfreed::look {

// Who holds the sockets and dentries of the snapshot, its other sockets, and the peers of all.
HolderIndex read_holders(const Snapshot& snapshot, EventSource& source);

// Which of the dentries are referenced though nothing that can be seen refers to them.
void judge_references(Snapshot& snapshot, EventSource& source, names::Naming& naming);

// The groups of the report are those of `analyzed`, in the same order.
// Who holds the groups and the objects that the report lists.
void describe_holders(Report& report, const AnalyzedGroups& analyzed, const Snapshot& snapshot);
// Details of the objects that the report lists.
void describe_objects(Report& report, const AnalyzedGroups& analyzed, const Snapshot& snapshot,
                      EventSource& source, names::Naming& naming);

} // namespace unfreed::look
