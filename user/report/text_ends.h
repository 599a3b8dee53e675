// SPDX-License-Identifier: BSD-2-Clause
// What became of objects at the end of their process, where no row says it.
#pragma once

#include "model/report.h"
#include "report/page.h"

namespace unfreed {

// "500 sockets of python3[42] lived until the last 40 ms of the process, ...", one sentence a
// process; and what nobody could see the end of. Of a whole host only with `all`.
void write_ends(Page& page, const Report& report, bool all);

} // namespace unfreed
