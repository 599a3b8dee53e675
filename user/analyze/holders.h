// SPDX-License-Identifier: BSD-2-Clause
// Which processes hold the objects of a group at the moment of the report.
#pragma once

#include "model/report.h"
#include "model/snapshot.h"

#include <vector>

namespace unfreed {

struct HeldObjects {
    std::vector<ReportHolder> holders;  // most objects first; `comm` is not filled in
    std::optional<std::uint64_t> count; // objects that some process holds; nullopt: not known
};

HeldObjects held_objects(const std::vector<const LiveObject*>& objects, const HolderIndex& holders);

} // namespace unfreed
