// SPDX-License-Identifier: BSD-2-Clause
// What the steps of the analysis are told beside the snapshot.
#pragma once

#include "analyze/things.h"
#include "model/analysis.h"
#include "model/event.h"
#include "model/repeats.h"
#include "model/trace_mode.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace unfreed {

// What the kernel's structure says of a group, with the reason as half a sentence.
struct StructureFinding {
    Structure structure = Structure::none;
    std::string reason;
};

struct AnalyzeOptions {
    TraceMode mode = TraceMode::host;
    std::uint64_t min_age_ns = 0;
    // Stages this host can see (bits of enum uf_stage): one that it cannot see proves nothing by
    // its absence.
    std::uint32_t visible_stages = UF_STAGE_MASK;
    std::uint64_t trace_started_ns = 0; // CLOCK_MONOTONIC; 0: unknown, no rate over the whole trace
    std::size_t top = 0;                // 0: all groups
    std::size_t objects_per_group = 5;
    bool dentry_members = false; // AnalyzedGroup::members
    RepeatFacts repeats;         // run --repeat

    // True: this host may hide the frees of the objects of this origin. They are listed last and
    // are not outstanding. Default: none.
    std::function<bool(const OriginEvent&)> frees_hidden;
    // True: there is no slab cache of this name any more, though objects of it were made. Default:
    // not known of any.
    std::function<bool(const std::string& cache)> cache_destroyed;
    // The name under which the objects of a cache are counted (merged caches, kmalloc families).
    // Default: its own.
    std::function<std::string(const std::string& cache)> counted_as;
    // Pure: of a group of which all but verdict, confidence and facts is known. Default: nothing.
    std::function<StructureFinding(const AnalyzedGroup&)> structure;
    // Pure: what a group is a part of, by who made it. Default: not known of any.
    std::function<ThingFinding(const AnalyzedGroup&)> thing;
    // Removes the frames of tracing from a kernel stack. Default: all frames stay.
    std::function<std::vector<std::uint64_t>(std::span<const std::uint64_t>)> normalize;
    // What of a normalized kernel stack tells groups apart. Default: all of it.
    std::function<std::vector<std::uint64_t>(std::span<const std::uint64_t>)> kernel_key;
    // A key for the user stack of an origin that is equal in every process that runs the same
    // code, wherever it was loaded (module + offset). Default: the addresses.
    std::function<std::string(const OriginEvent&)> user_key;
};

// A kernel stack as the options want it shown.
std::vector<std::uint64_t> normalized_stack(const std::vector<std::uint64_t>& kernel_stack,
                                            const AnalyzeOptions& options);

} // namespace unfreed
