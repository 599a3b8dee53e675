// SPDX-License-Identifier: BSD-2-Clause
// How far the counts of each cache can be trusted, from what the kernel itself counts.
#pragma once

#include "cli/reporter.h"
#include "coverage/coverage.h"
#include "model/analysis.h"

#include <functional>
#include <span>
#include <vector>

namespace unfreed::cli {

struct Judgement {
    SlabNames names;
    std::vector<Coverage> rows;
    KernelCounts counts; // of the kernel, as they were then
    // For AnalyzeOptions; empty where no free is hidden. Borrows the context.
    std::function<bool(const OriginEvent&)> frees_hidden;
    std::function<bool(const std::string&)> cache_destroyed; // the same
};

Judgement judge_caches(const ReportContext& context, const Snapshot& snapshot,
                       std::span<const UnfollowedCache> unfollowed);

std::uint64_t objects_not_judged(const AnalyzedGroups& analyzed);

// The rows, the most relevant first, and what was not judged.
void add_coverage(Report& report, Judgement judgement, const AnalyzedGroups& analyzed);

} // namespace unfreed::cli
