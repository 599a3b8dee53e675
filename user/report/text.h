// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "model/report.h"

#include <cstddef>
#include <string>

namespace unfreed {

struct TextOptions {
    std::size_t width = 80; // columns; less than 40 counts as 40
    bool color = false;     // for a terminal that shows it; never for a pipe or file
    bool all = false;       // every group with its details, and all that is known beside them
};

// The report for a person. First a screen: what was traced, what was found in one sentence, a row
// for each group that needs a look, what is older than the trace and telling, what is alive and why
// that is all right, and whether the trace was complete. Then the details of these rows. With `all`
// every group has a row and details, and the sockets that were not traced, the kernel's own counts,
// what this host cannot show and what was lost follow. Lines fit the width
// unless their numbers alone do not. Whatever the kernel or a process chose (names, arguments) is
// made harmless for a terminal.
std::string to_text(const Report& report, const TextOptions& options = {});

} // namespace unfreed
