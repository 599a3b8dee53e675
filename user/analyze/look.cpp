// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/look.h"

#include <algorithm>

namespace unfreed {

InspectRequest inspect_request(const Snapshot& snapshot, const TableObject& object) {
    InspectRequest request;
    request.key = {object.address, object.birth_ns};
    request.object_class = object.object_class;
    const auto origin = snapshot.origins.find(object.origin);
    if (origin != snapshot.origins.end())
        request.cache_address = origin->second.cache_address;
    return request;
}

void inspect_each(const Inspect& inspect, std::span<const InspectRequest> requests,
                  const std::function<void(std::size_t index, const Inspection&)>& consume) {
    for (std::size_t done = 0; done < requests.size();) {
        const auto part = requests.subspan(done, std::min(requests.size() - done, kObjectsAtOnce));
        const std::vector<Inspection> answers = inspect(part);
        for (std::size_t i = 0; i < std::min(answers.size(), part.size()); ++i)
            consume(done + i, answers[i]);
        done += part.size();
    }
}

} // namespace unfreed
