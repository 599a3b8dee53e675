// SPDX-License-Identifier: BSD-2-Clause
// Details of the sockets that a report names one by one.
#pragma once

#include "model/analysis.h"
#include "model/report.h"
#include "model/snapshot.h"
#include "source/event_source.h"

namespace unfreed::look {

// Reads the listed sockets of a section once more, in full.
void describe_sockets(SocketSection& section, EventSource& source);

// Adds to the details of each unix socket what is at its other end, as ss(8) shows it: `peer`
// (open, closed or not accepted), its inode, path and who has it. Of a closed socket the other end
// is the one that holds it. The groups of the report are those of `analyzed`, in the same order.
void name_unix_peers(Report& report, const AnalyzedGroups& analyzed, const Snapshot& snapshot,
                     EventSource& source);

} // namespace unfreed::look
