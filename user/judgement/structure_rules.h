// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "analyze/structure.h"
#include "survey/survey.h"

#include <functional>

namespace unfreed {

// Asks the rules of analyze/structure.h about a group, for which its stack gets names. Borrows
// both.
std::function<StructureFinding(const AnalyzedGroup&)> structure_rules(const Survey& survey,
                                                                      const KernelSymbols& symbols);

} // namespace unfreed
