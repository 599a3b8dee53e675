// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "model/analysis.h"
#include "model/report.h"
#include "symbolize/kernel_symbols.h"

#include <functional>
#include <vector>

namespace unfreed {

// Turns the user stack of a group into frames; the process may be long gone.
using UserNames =
    std::function<std::vector<Frame>(const Program&, const std::vector<std::uint64_t>&)>;

// Puts names on what the analyzer found: the groups of a report, in the same order. taken_at_ns:
// when the snapshot was (CLOCK_MONOTONIC), for ages.
std::vector<Group> build_groups(const AnalyzedGroups& analyzed, std::uint64_t taken_at_ns,
                                const KernelSymbols& symbols, const UserNames& user_names);

std::vector<LastMoments> build_last_moments(const AnalyzedGroups& analyzed,
                                            const UserNames& user_names);

} // namespace unfreed
