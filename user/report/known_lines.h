// SPDX-License-Identifier: BSD-2-Clause
// What suppressions and a baseline did to a report, in sentences that the text and the forms for CI
// share.
#pragma once

#include "model/report.h"
#include "report/page.h"

#include <string>
#include <vector>

namespace unfreed {

struct KnownLine {
    std::string text;     // safe for a terminal
    Ink ink = Ink::plain; // red: it makes the job fail; yellow: somebody should look after it
};

// What is known from the baseline, what is hidden, which rules hide too much to be heeded, which
// are over, and which match nothing. Empty where there is neither.
std::vector<KnownLine> known_lines(const Report& report);

// "conntrack until its timeout (known.supp:12)"
std::string rule_phrase(const SuppressionUse& rule);
// "6 000 objects are more than its max of 5 000 objects": of a rule that is over its max.
std::string over_max_phrase(const SuppressionUse& rule);

} // namespace unfreed
