// SPDX-License-Identifier: BSD-2-Clause
// What is said of the objects of a group, and every number that it was made from, so that who has
// the numbers can judge again. docs/verdicts.md has the rules.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace unfreed {

enum class Verdict : std::uint8_t {
    leaking,     // what gets old stays, still more come, from all parts of the trace
    suspect,     // the same, but less sure or seen for a short time
    stopped,     // came, stays, and no more come
    kept,        // came in steps, and stays
    replacing,   // as many older ones went
    cached,      // the kernel can take them back
    pinned,      // referenced, but nothing that can be seen refers to them
    in_flight,   // in a message that nobody has received
    rcu_pending, // freed by their user
    live,        // nothing is claimed
};

// "leaking" .. "in-flight", "rcu-pending", "live", as docs/report-schema.json has them.
std::string_view to_string(Verdict verdict);

// What the kernel's own structure says of objects, whatever their numbers are.
enum class Structure : std::uint8_t {
    none,           // nothing: their numbers decide
    reclaimable,    // a shrinker or page reclaim can free them: never leaking
    allocators_own, // of the allocator, follow its slabs
    pool,           // kept for use again
    in_use,         // a living process holds them and they do not grow
    damning,        // needs no waiting: one is enough
};

// "none", "reclaimable", "allocators-own", "pool", "in-use", "damning"
std::string_view to_string(Structure structure);

// The four gates, for objects that have reached one age A within the window.
struct GateFacts {
    std::uint64_t age_ns = 0;     // A
    std::uint64_t survivors = 0;  // n: born in the window, older than A, alive
    std::uint64_t died = 0;       // D: born in the window, died in it older than A
    double exposure_s = 0;        // E: object-seconds lived beyond A
    std::uint32_t cells = 0;      // equal parts of the time of birth
    std::uint32_t cells_met = 0;  // of these, parts that enough survivors come from
    std::uint32_t moments = 0;    // separate moments of birth, apart by a fortieth or more
    double largest_cell = 0;      // share of the survivors that one part brought
    std::uint64_t last_third = 0; // survivors born in the last third
    std::uint64_t older_gone = 0; // R: older than the trace, died after A
    bool steady = false;          // survivors come from all of the time
    double p_out = 0;             // that fewer than half of them will die in a window as long
    double p_now = 0;             // that they still come
    double p_grow = 0;            // that at most one of three took the place of an older one
    double p_grow_lowest = 0;     // the same at the lowest age, where most older ones count
    double confidence = 0;        // least of the three
};

struct VerdictFacts {
    std::uint64_t window_ns = 0; // W: since attach, or until the last process ended
    Structure structure = Structure::none;
    std::string structure_reason;             // half a sentence; empty: none
    std::optional<GateFacts> gates;           // at the age that is surest; nullopt: too few are old
    std::optional<double> confidence_at_half; // the same at W/2; nullopt: not asked
    double objects_per_hour = 0;              // that stay: survivors older than A, over W - A
    std::optional<double> bytes_per_hour;     // nullopt: a size is unknown
    std::string sentence;                     // the evidence, for a reader; empty: no gates
    // At this rate the trace must last so long for a verdict; nullopt: it has one, or never will.
    std::optional<std::uint64_t> needs_ns;
};

} // namespace unfreed
