// SPDX-License-Identifier: BSD-2-Clause
// The numbers of a group as a sentence.
#pragma once

#include "model/analysis.h"

#include <cstdint>
#include <string>

namespace unfreed {

// "412 born, 0 freed in 60 s, +6.9/s". observed_ns 0: the length of the trace is unknown.
// estimated: the numbers are those of a sample, scaled; "about 412 born".
std::string evidence_of(const AnalyzedGroup& group, std::uint64_t exit_released,
                        std::uint64_t observed_ns, bool estimated = false);

// "6.0 s", "12 min"
std::string duration_text(std::uint64_t duration_ns);

} // namespace unfreed
