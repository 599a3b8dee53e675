// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "model/report.h"
#include "report/page.h"

namespace unfreed {

// All dentries of the host in one line; nothing if they were not followed.
void write_dentries(Page& page, const Report& report);
// What --probe-reclaim found; nothing if it was not asked for.
void write_reclaim(Page& page, const Report& report);

} // namespace unfreed
