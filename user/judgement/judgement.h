// SPDX-License-Identifier: BSD-2-Clause
// How far the counts of each cache can be trusted, from what the kernel itself counts.
#pragma once

#include "coverage/coverage.h"
#include "model/analysis.h"
#include "survey/survey.h"

#include <functional>
#include <vector>

namespace unfreed {

struct Judgement {
    SlabNames names;
    std::vector<Coverage> rows;
    // For AnalyzeOptions; empty where no free is hidden. Borrows the survey.
    std::function<bool(const OriginEvent&)> frees_hidden;
    std::function<bool(const std::string&)> cache_destroyed; // the same
};

Judgement judge_caches(const Survey& survey, const KernelSymbols& symbols);

std::uint64_t objects_not_judged(const AnalyzedGroups& analyzed);

// The rows, the most relevant first, and what was not judged.
void add_coverage(Report& report, std::vector<Coverage> rows, const AnalyzedGroups& analyzed,
                  const SlabNames& names);

} // namespace unfreed
