// SPDX-License-Identifier: BSD-2-Clause
// What was known before a trace and need not be told again, and what became of it: rules that hide
// rows, and an earlier report.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace unfreed {

enum class SuppressionState : std::uint8_t {
    used,     // it matches groups
    unused,   // none
    expired,  // its day is over: it hides nothing
    over_max, // it matches more than it may hide: it hides nothing
};

// "used", "unused", "expired", "over-max"
std::string_view to_string(SuppressionState state);

// A rule of --suppressions, and what it did to a report.
struct SuppressionUse {
    std::string name;
    std::string file;
    std::uint32_t line = 0; // where it begins
    std::string reason;     // empty: none is given
    std::string expires;    // "2027-01-31", the last day; empty: never
    std::optional<std::uint64_t> max_objects;
    std::optional<std::uint64_t> max_bytes;
    SuppressionState state = SuppressionState::unused;
    // Of what it matches that needs a look.
    std::uint64_t groups = 0;
    std::uint64_t objects = 0;
    std::uint64_t bytes = 0; // as far as known
};

// How an origin stands to an earlier report.
enum class Change : std::uint8_t {
    fresh,  // that one had not seen it
    grown,  // beyond chance
    turned, // no more of it than chance makes, but now they are leaking or suspect
    known,  // none of these
    gone,   // it is in the earlier report only
};

// "new", "grown", "turned", "known", "gone"
std::string_view to_string(Change change);

// The earlier report of --baseline, and what was known from it.
struct BaselineUse {
    std::string file;
    std::string started_at;        // RFC 3339
    std::uint64_t groups = 0;      // that need a look and are known
    std::uint64_t objects = 0;     // of these
    std::uint64_t not_in_file = 0; // groups that were cut from it by --top
};

} // namespace unfreed
