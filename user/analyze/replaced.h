// SPDX-License-Identifier: BSD-2-Clause
// Whose place may new objects have taken? What died of before the trace is counted by slab cache,
// and as far as the kernel side can tell by who it was of: the program that freed it, for dentries
// the file system. What a program freed was its own as long as it makes such objects itself, and a
// file of /proc that goes makes no room for one on a disk. The rest may have been anybody's: it is
// shared out by how much got old of each.
#pragma once

#include "analyze/options.h"
#include "judge/gates.h"
#include "model/analysis.h"
#include "model/snapshot.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace unfreed {

// Objects that may have replaced others.
struct Heirs {
    std::string counted_as;     // the cache, by the name it is counted under
    std::set<std::uint64_t> by; // OlderPlace::by that is theirs; empty: any may be
    double weight = 0;          // how many of them got old
};

class Replaced {
  public:
    // Borrows both.
    Replaced(const Snapshot& snapshot, const AnalyzeOptions& options);

    Heirs heirs_of(const AnalyzedGroup& group) const;
    // All are added before any is asked for. `weight`: of the heirs, without what others among
    // them have counted already.
    void add(const Heirs& heirs, double weight);
    void give(Lives& lives, const Heirs& heirs) const;

  private:
    using Place = std::pair<std::string, std::uint64_t>; // counted as, by

    double share(const Heirs& heirs, std::uint64_t by) const;
    std::string counted_as(const std::string& cache) const;
    double weight_of(const Place& place) const;

    const Snapshot& snapshot_;
    const AnalyzeOptions& options_;
    std::map<Place, double> weights_; // by 0: of all
    std::map<std::string, std::vector<std::pair<std::uint64_t, const std::vector<std::uint64_t>*>>>
        older_;
};

} // namespace unfreed
