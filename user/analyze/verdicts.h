// SPDX-License-Identifier: BSD-2-Clause
// Gives each group its verdict: what was seen of its objects (judge/gates.h), what the kernel's
// structure says of them, and what their kind is.
#pragma once

#include "analyze/grouping.h"
#include "analyze/options.h"
#include "analyze/replaced.h"
#include "judge/gates.h"

#include <cstdint>
#include <vector>

namespace unfreed {

class Verdicts {
  public:
    // Borrows both.
    Verdicts(const Snapshot& snapshot, const AnalyzeOptions& options);

    // What was seen of the objects of this bucket until then. The deaths are those of all origins
    // of the group: `first` of the buckets that have them in common.
    void add(const AnalyzedGroup& group, const Bucket& bucket, std::uint64_t until_ns, bool first);

    // In the order in which they were added.
    void judge(std::vector<AnalyzedGroup>& groups, bool all_processes_ended);

  private:
    struct Seen {
        Lives lives;
        Heirs heirs;
    };

    void add_origin(Seen& seen, OriginId id, bool freed_at_exit) const;
    void add_retired(Seen& seen, const std::vector<OriginId>& origins) const;
    void judge(AnalyzedGroup& group, Seen seen, bool all_processes_ended) const;
    bool older_unknown() const;
    double least_age_s(double window_s) const;

    const Snapshot& snapshot_;
    const AnalyzeOptions& options_;
    std::vector<Seen> seen_;
    Replaced replaced_;
};

} // namespace unfreed
