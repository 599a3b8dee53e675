// SPDX-License-Identifier: BSD-2-Clause
// The memory of the host: one or two lines of a report, or all that `unfreed triage` says.
#pragma once

#include "model/memory.h"
#include "model/triage.h"
#include "report/page.h"

#include <string>

namespace unfreed {

// So much went that no part of the balance shows that it is no rounding, and more than the slab
// grew by.
bool pages_were_lost(const MemoryChange& change);

// "Memory of 15.6 GiB: free -20 MiB, anonymous +12 MiB; unaccounted 350 MiB (+0.1 MiB)."
void write_balance(Page& page, const MemoryChange& change);

std::string triage_to_text(const Triage& triage, std::size_t width, bool color);

} // namespace unfreed
