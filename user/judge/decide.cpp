// SPDX-License-Identifier: BSD-2-Clause
#include "judge/decide.h"

#include <algorithm>

namespace unfreed {
namespace {

constexpr double kSuspectConfidence = 0.5;
constexpr double kLikely = 0.7;
constexpr double kSure = 0.9;
constexpr double kNoMore = 0.05;
// So many old survivors, evenly spread, without a death among them, are leaking.
constexpr double kEnoughSurvivors = 9;

// Sure, and not contradicted by what is known of older ones at another age.
bool is_sure(const GateFacts& gates) {
    return confidence_of(gates) >= kLeakingConfidence && gates.p_grow_lowest >= kLikely;
}

bool long_enough(const Case& one) {
    return one.window_s >= kSureWindowS || one.confidence_at_half.value_or(0) >= kLeakingConfidence;
}

// What numbers say, whatever the objects are.
Verdict by_numbers(const Case& one) {
    if (!one.gates)
        return Verdict::live;
    const GateFacts& gates = *one.gates;
    const double confidence = confidence_of(gates);
    if (is_sure(gates))
        return long_enough(one) && !one.older_unknown ? Verdict::leaking : Verdict::suspect;
    const bool stays = gates.p_out >= kSure && gates.p_grow >= kSure;
    if (stays && gates.p_now < kNoMore)
        return Verdict::stopped;
    if (stays && !gates.steady)
        return Verdict::kept;
    if (confidence >= kSuspectConfidence && gates.p_out >= kLikely && gates.p_grow >= kLikely)
        return Verdict::suspect;
    if (gates.p_out >= kSure && gates.p_grow < 0.5)
        return Verdict::replacing;
    return Verdict::live;
}

} // namespace

Verdict decide(const Case& one) {
    if (one.by_kind == Verdict::cached || one.by_kind == Verdict::rcu_pending)
        return one.by_kind;
    switch (one.structure) {
    case Structure::damning:
        return Verdict::leaking;
    case Structure::reclaimable:
    case Structure::allocators_own:
    case Structure::pool:
        return Verdict::cached;
    case Structure::in_use:
    case Structure::none:
        break;
    }
    const Verdict verdict = by_numbers(one);
    if (verdict == Verdict::leaking || verdict == Verdict::suspect)
        return verdict;
    return one.by_kind != Verdict::live ? one.by_kind : verdict;
}

std::optional<double> needed_s(const Case& one, Verdict verdict, const Rate& rate) {
    if (verdict == Verdict::suspect) {
        if (one.older_unknown && is_sure(*one.gates))
            return std::nullopt;
        // The first of two looks in a row is this one, if it is sure.
        if (is_sure(*one.gates))
            return std::min(kSureWindowS, 2 * one.window_s);
        return 2 * one.window_s;
    }
    if (verdict != Verdict::live || one.gates || one.structure != Structure::none ||
        rate.survivors == 0 || one.window_s <= rate.age_s)
        return std::nullopt;
    const double per_s = static_cast<double>(rate.survivors) / (one.window_s - rate.age_s);
    const double first_look = kEnoughSurvivors / per_s + rate.age_s;
    return std::min(2 * first_look, std::max(kSureWindowS, first_look));
}

} // namespace unfreed
