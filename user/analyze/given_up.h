// SPDX-License-Identifier: BSD-2-Clause
// Who gave the objects of a group to RCU, and what a reader can do about those that stay.
#pragma once

#include "analyze/options.h"
#include "model/analysis.h"
#include "model/snapshot.h"

#include <optional>
#include <string_view>
#include <vector>

namespace unfreed {

inline constexpr std::string_view kRcuPendingAdvice =
    "No leak, unless it stays. Then a grace period does not end (\"rcu: INFO\" in the kernel's log "
    "names the CPU or task that holds it up), or more is given up than RCU frees";

// Of the origins of these objects the one that has most of them. Only some objects of an origin are
// told of, so it need not be one of these. nullopt: nobody was heard of.
std::optional<GivenUpBy> given_up_by(const std::vector<const LiveObject*>& objects,
                                     const Snapshot& snapshot, const AnalyzeOptions& options);

} // namespace unfreed
