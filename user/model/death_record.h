// SPDX-License-Identifier: BSD-2-Clause
// Deaths of objects that had lived for a while, by when they were born and when they died: what
// verdicts need of the dead, for the whole trace and for any part of it that ended earlier.
#pragma once

#include "model/event.h"

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace unfreed {

// Times are cells of the trace: cell i covers start + i * width to start + (i + 1) * width.
struct DeathCell {
    std::uint8_t birth = 0;
    std::uint8_t death = 0;
    std::uint32_t count = 0;
};

// Sorted by death, then birth; of one origin. At most 128 * 129 / 2.
using DeathCells = std::vector<DeathCell>;

// What is the same for origins of one place in processes that come and go.
struct RetiredPlace {
    std::string cache;
    std::string comm;
    std::vector<std::uint64_t> kernel_stack;
    friend auto operator<=>(const RetiredPlace&, const RetiredPlace&) = default;
};

// Whose the objects of a cache were that are older than the trace: a program by its name, or the
// file system of a dentry (abi/older.h). 0: cannot be told.
struct OlderPlace {
    std::string cache; // empty: unknown
    std::uint64_t by = 0;
    friend auto operator<=>(const OlderPlace&, const OlderPlace&) = default;
};
std::uint64_t by_program(std::string_view comm);
std::uint64_t by_device(std::uint32_t device);
bool is_device(std::uint64_t by);

struct DeathRecord {
    static constexpr std::uint32_t kMaxCells = 128;
    // Younger objects are not promoted: their deaths are only counted.
    static constexpr std::uint64_t kLeastAgeNs = 1'000'000'000;

    std::uint64_t start_ns = 0; // 0: nothing is recorded
    std::uint64_t cell_ns = 500'000'000;
    std::unordered_map<OriginId, DeathCells> by_origin;
    // Freed by the exit of their process, where that is no death: they lived to the end.
    std::unordered_map<OriginId, DeathCells> at_exit;
    std::map<RetiredPlace, DeathCells> retired; // of origins that gave their number back
    // By cell: objects from before the trace that died then.
    std::map<OlderPlace, std::vector<std::uint64_t>> older;
    bool older_known = false;
    // The longest time between two looks at the table: objects that died within it may have been
    // as old without being noticed.
    std::uint64_t longest_gap_ns = 0;
};

} // namespace unfreed
