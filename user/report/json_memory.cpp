// SPDX-License-Identifier: BSD-2-Clause
#include "report/json_memory.h"

namespace unfreed {

nlohmann::ordered_json memory_to_json(const std::optional<MemoryChange>& change) {
    if (!change)
        return nullptr;
    nlohmann::ordered_json parts = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < change->end.parts.size() && i < change->start.parts.size(); ++i)
        parts.push_back({{"name", change->end.parts[i].name},
                         {"start", change->start.parts[i].bytes},
                         {"end", change->end.parts[i].bytes}});
    return {{"total_bytes", change->end.total_bytes},
            {"parts", std::move(parts)},
            {"unaccounted",
             {{"start", change->start.unaccounted_bytes}, {"end", change->end.unaccounted_bytes}}}};
}

} // namespace unfreed
