// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/given_up.h"

#include <map>

namespace unfreed {

std::optional<GivenUpBy> given_up_by(const std::vector<const LiveObject*>& objects,
                                     const Snapshot& snapshot, const AnalyzeOptions& options) {
    std::map<OriginId, std::uint64_t> pending;
    for (const LiveObject* object : objects)
        ++pending[object->slot.origin];
    const GivenUpEvent* found = nullptr;
    std::uint64_t most = 0;
    for (const auto& [origin, count] : pending) {
        const auto known = snapshot.given_up.find(origin);
        if (known == snapshot.given_up.end() || count <= most)
            continue;
        found = &known->second;
        most = count;
    }
    if (!found)
        return std::nullopt;
    return GivenUpBy{found->tgid, found->comm, found->context,
                     normalized_stack(found->kernel_stack, options)};
}

} // namespace unfreed
