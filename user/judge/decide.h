// SPDX-License-Identifier: BSD-2-Clause
// From numbers and structure to a verdict: the table of docs/verdicts.md.
#pragma once

#include "judge/gates.h"
#include "model/verdict.h"

#include <cstdint>
#include <optional>

namespace unfreed {

inline constexpr double kLeakingConfidence = 0.9;
// A trace that is shorter sees less than most programs' cycles.
inline constexpr double kSureWindowS = 600;

struct Case {
    double window_s = 0;
    std::optional<GateFacts> gates;
    std::optional<double> confidence_at_half;
    Structure structure = Structure::none;
    Verdict by_kind = Verdict::live; // what is said of such objects if numbers say no more
    // Deaths of older ones were not all seen, so they may have been replaced: never leaking by
    // numbers alone.
    bool older_unknown = false;
};

Verdict decide(const Case& one);

// How long the trace must be, at this rate, for a verdict; nullopt: it has one, or time will not
// help. `survivors` older than age_s, of which none died, if there are no gates.
struct Rate {
    std::uint64_t survivors = 0;
    double age_s = 0;
};
std::optional<double> needed_s(const Case& one, Verdict verdict, const Rate& rate);

} // namespace unfreed
