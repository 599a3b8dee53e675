// SPDX-License-Identifier: BSD-2-Clause
// The first screen: what was found in one sentence, what is older than the trace and telling, and
// what is alive and why that is all right.
#pragma once

#include "model/report.h"
#include "report/page.h"
#include "report/rows.h"

namespace unfreed {

// Groups that deserve a row, in their order: leaking, then suspect, then those to look at.
GroupRefs rows_to_show(const Report& report);

// "Leaking: 250 TCP sockets by tcp_leaker[12], +5.0/s, 47 MiB an hour; 2 more below."
void write_finding(Page& page, const Report& report, const GroupRefs& rows);

// Sockets that are older than the trace, or that ss does not show, and in a telling state; slab
// caches that grew by more than what was traced.
void write_beside(Page& page, const Report& report);

// "in use by living processes, and not growing": why that is all right.
std::string alive_reason_phrase(const Report& report, const AliveSum& sum);

// What is left out because it was known, and what is wrong with the rules for it.
void write_known(Page& page, const Report& report);

// All that needs no look, in sums by reason.
void write_alive(Page& page, const Report& report);

} // namespace unfreed
