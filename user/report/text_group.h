// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "model/report.h"
#include "report/page.h"
#include "report/rows.h"

#include <cstddef>

namespace unfreed {

// One line a group: rank, numbers, what, who, where.
void write_overview(Page& page, const GroupRefs& groups);

// Everything about one group. rank counts from 1, as in the overview.
void write_group(Page& page, const Report& report, const Group& group, std::size_t rank);

} // namespace unfreed
