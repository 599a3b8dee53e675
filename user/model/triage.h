// SPDX-License-Identifier: BSD-2-Clause
// What the kernel's own counts say of the memory of a host, without any probe: which part grows.
#pragma once

#include "model/memory.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace unfreed {

struct Triage {
    struct Cache {
        std::string name;
        std::int64_t objects_grown = 0;
        std::int64_t bytes_grown = 0;
        std::uint64_t bytes = 0; // now
    };
    struct Count {
        std::string name; // "TCP memory", "dentries, negative" ...
        std::optional<std::uint64_t> start, end;
        bool is_bytes = false;
    };
    struct Descriptors {
        std::uint32_t pid = 0;
        std::string comm;
        std::uint64_t open = 0;
        std::uint64_t limit = 0;
    };

    std::uint64_t duration_ns = 0;
    MemoryChange memory;
    std::vector<Cache> caches; // those that grew, most bytes first
    std::vector<Count> counts;
    std::vector<Descriptors> descriptors; // nearest to the limit first
    std::vector<std::string> findings;    // sentences, the gravest first; empty: nothing grows
    std::vector<std::string> next;        // arguments of the command to run next
};

} // namespace unfreed
