// SPDX-License-Identifier: BSD-2-Clause
// Longer texts of the live view, laid out for a width.
#pragma once

#include "model/report.h"

#include <cstddef>
#include <string>
#include <vector>

namespace unfreed::live {

// Everything about one group, as the text report has it: evidence, processes, stacks.
std::vector<std::string> details_of(const Report& report, const Group& group, std::size_t rank,
                                    std::size_t width);
// What was lost, each with what it means.
std::vector<std::string> losses_of(const Report& report, std::size_t width);
// What the keys do.
std::vector<std::string> help(std::size_t width);

} // namespace unfreed::live
