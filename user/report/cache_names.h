// SPDX-License-Identifier: BSD-2-Clause
// Which of several merged slab caches objects are from.
#pragma once

#include "model/report.h"

#include <span>
#include <string>
#include <vector>

namespace unfreed {

// The kernel merges caches of like size and flags, and calls all their objects as the first of
// them. Who allocates knows: the one whose constructor is on the stack, if one is; else all of
// them.
std::vector<std::string> likely_caches(std::vector<std::string> merged,
                                       std::span<const Frame> kernel_stack);

} // namespace unfreed
