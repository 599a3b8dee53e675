// SPDX-License-Identifier: BSD-2-Clause
// A synthetic origin as a trace sees it, judged as the tool does it.
#pragma once

#include "judge/decide.h"
#include "kinds.h"

#include <cstdint>

namespace unfreed::verdicts {

struct Judged {
    Verdict verdict = Verdict::live;       // with a window of 10 minutes, the shortest that is sure
    Verdict verdict_short = Verdict::live; // as if it were shorter: two looks in a row
    double confidence = 0;
};

Lifes make(const Kind& kind, std::uint64_t seed);

// Through what keeps the deaths in a real trace, cells and all.
Judged judge(const Lifes& lifes);

} // namespace unfreed::verdicts
