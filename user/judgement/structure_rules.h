// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "analyze/structure.h"
#include "analyze/things.h"
#include "survey/survey.h"

#include <functional>

namespace unfreed {

// Asks the rules of analyze/structure.h about a group, for which its stack gets names. Borrows
// both.
std::function<StructureFinding(const AnalyzedGroup&)> structure_rules(const Survey& survey,
                                                                      const KernelSymbols& symbols);

// The same for what a group is a part of (analyze/things.h).
std::function<ThingFinding(const AnalyzedGroup&)> thing_rules(const KernelSymbols& symbols);

} // namespace unfreed
