// SPDX-License-Identifier: BSD-2-Clause
// Asking the kernel about objects.
#pragma once

#include "model/inspection.h"
#include "model/snapshot.h"

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace unfreed {

// Looks at objects, one answer each, in order.
using Inspect = std::function<std::vector<Inspection>(std::span<const InspectRequest>)>;

// Answers are larger than objects, of which there may be millions: so many are asked for at once.
inline constexpr std::size_t kObjectsAtOnce = 4096;

// Looks at all, some at a time.
void inspect_each(const Inspect& inspect, std::span<const InspectRequest> requests,
                  const std::function<void(std::size_t index, const Inspection&)>& consume);

// The question about one object.
InspectRequest inspect_request(const Snapshot& snapshot, const TableObject& object);

} // namespace unfreed
