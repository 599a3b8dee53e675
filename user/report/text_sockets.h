// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "model/report.h"
#include "report/page.h"

#include <string>

namespace unfreed {

// Sockets that were listed, not traced: older than the trace, or not shown by ss(8). Writes nothing
// where there is nothing to say.
void write_sockets(Page& page, const Report& report);

// A line about TCP as a whole, if its memory ran short or grew much during the trace.
std::string tcp_phrase(const TcpReport& tcp);

} // namespace unfreed
