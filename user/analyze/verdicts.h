// SPDX-License-Identifier: BSD-2-Clause
// Gives each group its verdict: what was seen of its objects (judge/gates.h), what the kernel's
// structure says of them, and what their kind is.
#pragma once

#include "analyze/grouping.h"
#include "analyze/options.h"
#include "judge/gates.h"

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace unfreed {

class Verdicts {
  public:
    // Borrows both.
    Verdicts(const Snapshot& snapshot, const AnalyzeOptions& options);

    // What was seen of the objects of this bucket until then. The deaths are those of all origins
    // of the group: `first` of the buckets that have them in common.
    void add(const Bucket& bucket, const std::vector<OriginId>& origins, const std::string& cache,
             std::uint64_t until_ns, bool first);

    // In the order in which they were added.
    void judge(std::vector<AnalyzedGroup>& groups, bool all_processes_ended);

  private:
    struct Seen {
        Lives lives;
        std::string counted_as;
        double weight = 0; // what lived long enough to stand for older ones
    };

    void add_origin(Seen& seen, OriginId id, bool freed_at_exit) const;
    void add_retired(Seen& seen, const std::vector<OriginId>& origins) const;
    void judge(AnalyzedGroup& group, Seen seen, bool all_processes_ended) const;
    std::string counted_as(const std::string& cache) const;
    void add_older_of_cache(Seen& seen) const;
    bool older_unknown() const;
    double least_age_s(double window_s) const;

    const Snapshot& snapshot_;
    const AnalyzeOptions& options_;
    std::vector<Seen> seen_;
    // Both by the name under which caches are counted.
    std::unordered_map<std::string, double> weights_;
    std::unordered_map<std::string, std::vector<const std::vector<std::uint64_t>*>> older_;
};

} // namespace unfreed
