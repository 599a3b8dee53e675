// SPDX-License-Identifier: BSD-2-Clause
// Holds the growth that was traced against the kernel's own counts.
#pragma once

#include "coverage/traced_growth.h"
#include "kernel_counts/kernel_books.h"
#include "model/report.h"

#include <set>
#include <string>
#include <vector>

namespace unfreed {

struct CoverageInput {
    KernelCounts before;
    KernelCounts after;
    SlabNames names;
    unsigned cpus = 1;
    bool wants_slab = false; // every slab object is followed, else those of the classes only
    bool wants_sockets = false;
    bool wants_dentries = false;
    // Caches, as they are counted, whose frees give no event on this host.
    std::set<std::string, std::less<>> hidden;
};

// How many free objects of a cache its count may take for living ones (SLUB): those of the slab
// that each CPU allocates from and of its partial slabs (set_cpu_partial, slub_set_cpu_partial in
// mm/slub.c), and those in the sheaves that 6.18 and later keep.
std::uint64_t slabinfo_uncertainty(const SlabCache& cache, unsigned cpus);

struct CoverageRow {
    Coverage row;
    // Nothing can be said of any object of the cache. Not so of a kmalloc cache that is unreliable
    // for no more than the places whose frees are hidden.
    bool judged = true;
};

// One row for each cache in which anything happened, and one each for sockets and dentries, which
// the kernel counts separately and exactly. In the order of the names. A cache is not reliable
//  - if its frees are hidden here;
//  - if more than 1 % of its births came on an address still held as live (and more than a
//  handful):
//    a missed free shows itself only when its address is used again, so these are the least;
//  - if less than 90 % of what is traced is in the kernel's count, and its uncertainty does not
//    explain the difference.
std::vector<CoverageRow> compare(const TracedGrowth& traced, const CoverageInput& input);

// Sorts: caches of the report's groups in their order, then the largest disagreement. Marks the
// others as not relevant, and all but the first few.
void sort_by_relevance(std::vector<Coverage>& rows, const std::vector<std::string>& group_caches);

} // namespace unfreed
