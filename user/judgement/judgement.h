// SPDX-License-Identifier: BSD-2-Clause
// How far the counts of each cache can be trusted, from what the kernel itself counts.
#pragma once

#include "coverage/coverage.h"
#include "judgement/report_options.h"
#include "kernel_counts/kernel_books.h"
#include "model/analysis.h"
#include "symbolize/kernel_symbols.h"

#include <functional>
#include <span>
#include <vector>

namespace unfreed {

struct Judgement {
    SlabNames names;
    std::vector<Coverage> rows;
    KernelCounts counts; // of the kernel, as they were then
    // For AnalyzeOptions; empty where no free is hidden. Borrows the context.
    std::function<bool(const OriginEvent&)> frees_hidden;
    std::function<bool(const std::string&)> cache_destroyed; // the same
};

// Borrows what it points to.
struct CacheQuestion {
    const ReportOptions* options = nullptr;
    const KernelSymbols* symbols = nullptr;
    KernelBooks* books = nullptr; // nullptr: nothing to compare with, the trace is not host-wide
    const KernelCounts* counts_at_start = nullptr;
    bool sees_bulk_frees = true;
};

Judgement judge_caches(const CacheQuestion& question, const Snapshot& snapshot,
                       std::span<const UnfollowedCache> unfollowed);

std::uint64_t objects_not_judged(const AnalyzedGroups& analyzed);

// The rows, the most relevant first, and what was not judged.
void add_coverage(Report& report, Judgement judgement, const AnalyzedGroups& analyzed);

} // namespace unfreed
