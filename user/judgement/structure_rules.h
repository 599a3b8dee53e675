// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "analyze/structure.h"
#include "symbolize/kernel_symbols.h"

#include <functional>

namespace unfreed {

// Asks the rules of analyze/structure.h about a group, for which its stack gets names. Borrows the
// symbols. host.reclaim_account and host.cpus are filled in here.
std::function<StructureFinding(const AnalyzedGroup&)> structure_rules(const KernelSymbols& symbols,
                                                                      StructureHost host);

} // namespace unfreed
