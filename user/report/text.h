// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "model/report.h"

#include <cstddef>
#include <string>

namespace unfreed {

struct TextOptions {
    std::size_t width = 80; // columns; less than 40 counts as 40
    bool color = false;     // for a terminal that shows it; never for a pipe or file
};

// The report for a person: what was traced, one table of all groups, the details of each, what the
// kernel's own counts say, what this host cannot show, and last what was lost. Lines fit the width
// unless their numbers alone do not. Whatever the kernel or a process chose (names, arguments) is
// made harmless for a terminal.
std::string to_text(const Report& report, const TextOptions& options = {});

} // namespace unfreed
