// SPDX-License-Identifier: BSD-2-Clause
// The evidence of a verdict as sentences that a person can check.
#pragma once

#include "model/verdict.h"

#include <cstdint>
#include <string>

namespace unfreed {

// "412 older than 10 s, none died in 10 300 object-seconds: they live 57 min or more (95 %). They
// come from 8 of 8 parts of the trace, the last third brought 35 %. 3 older ones went. At this rate
// 18 MiB an hour." facts.gates must be there. one_in: of a sample, the numbers are of what was
// followed, but for the rate.
std::string verdict_sentence(const VerdictFacts& facts, std::uint32_t one_in);

} // namespace unfreed
