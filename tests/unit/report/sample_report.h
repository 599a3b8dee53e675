// SPDX-License-Identifier: BSD-2-Clause
// Reports for the tests of the writers: one that uses every field, and a clean one.
#pragma once

#include "model/report.h"

namespace unfreed::testing {

// A leak of sockets in a command that ended, a negative dentry flood of many processes, and a slab
// group of which nearly nothing is known.
Report sample_report();
// Nothing outstanding, nothing lost.
Report clean_report();

} // namespace unfreed::testing
