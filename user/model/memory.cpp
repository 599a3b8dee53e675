// SPDX-License-Identifier: BSD-2-Clause
#include "model/memory.h"

namespace unfreed {

std::int64_t growth_of(const MemoryChange& change, std::size_t part) {
    if (part >= change.start.parts.size() || part >= change.end.parts.size())
        return 0;
    return static_cast<std::int64_t>(change.end.parts[part].bytes) -
           static_cast<std::int64_t>(change.start.parts[part].bytes);
}

std::int64_t unaccounted_growth(const MemoryChange& change) {
    return change.end.unaccounted_bytes - change.start.unaccounted_bytes;
}

} // namespace unfreed
