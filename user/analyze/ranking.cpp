// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/ranking.h"

#include "analyze/kind.h"

#include <algorithm>
#include <tuple>

namespace unfreed {
namespace {

constexpr double kNamedWeight = 100;
constexpr double kOutlivingWeight = 10;
// A group that does not grow, or of which that is not known, still has its bytes: less than one
// object in a quarter of an hour.
constexpr double kLeastGrowth = 0.001;
constexpr double kUnknownObjectBytes = 64;

bool has_kind(const AnalyzedGroup& group, Kind kind) {
    return group.kind == row_of(kind).name;
}

// Objects that a program knows by name, not something the kernel keeps for its own ends, nor what
// is meant to live.
bool is_named(const AnalyzedGroup& group) {
    if (has_kind(group, Kind::listener) || has_kind(group, Kind::not_accepting) ||
        has_kind(group, Kind::kernel_socket))
        return false;
    return group.object_class == ObjectClass::socket || group.kind == "open" ||
           group.kind == "pinned" || group.kind == "negative-flood";
}

// One is enough, however small.
bool is_kernel_bug(const AnalyzedGroup& group) {
    return has_kind(group, Kind::closed_unexplained) || has_kind(group, Kind::memory_not_returned);
}

bool is_accused(const AnalyzedGroup& group) {
    return group.verdict == Verdict::leaking || group.verdict == Verdict::suspect;
}

// What the accused cost, weighed by how sure that is. Of a damning structure there is no doubt.
double cost_of(const AnalyzedGroup& group) {
    const double sure =
        group.verdict == Verdict::leaking && group.facts.structure == Structure::damning
            ? 1
            : group.confidence.value_or(0);
    const double bytes =
        group.facts.bytes_per_hour.value_or(group.facts.objects_per_hour * kUnknownObjectBytes);
    return bytes * sure;
}

int tier_of(const AnalyzedGroup& group, TraceMode mode, bool all_processes_ended) {
    if (!group.judged)
        return 9;
    if (group.verdict == Verdict::rcu_pending)
        return 8;
    if (is_kernel_bug(group))
        return 1;
    if (is_accused(group))
        return group.verdict == Verdict::leaking ? 2 : 3;
    if (mode == TraceMode::host)
        return 5;
    if (!is_named(group) && group.released_at_exit == group.count)
        return 7;
    if (!all_processes_ended)
        return 5;
    if (group.object_class == ObjectClass::socket && group.outliving)
        return 4;
    return is_named(group) ? 5 : 6;
}

double score_of(const AnalyzedGroup& group) {
    if (is_accused(group) && !is_kernel_bug(group))
        return cost_of(group);
    const double bytes = group.bytes ? static_cast<double>(*group.bytes)
                                     : static_cast<double>(group.count) * kUnknownObjectBytes;
    double score = bytes * std::max(group.growth_per_s.value_or(0), kLeastGrowth);
    if (is_named(group))
        score *= kNamedWeight;
    if (group.outliving)
        score *= kOutlivingWeight;
    return score;
}

int class_order(ObjectClass object_class) {
    const auto at = std::find(kAllClasses.begin(), kAllClasses.end(), object_class);
    return static_cast<int>(at - kAllClasses.begin());
}

} // namespace

void rank(std::vector<AnalyzedGroup>& groups, TraceMode mode, bool all_processes_ended) {
    const auto key = [&](const AnalyzedGroup& group) {
        return std::tuple(tier_of(group, mode, all_processes_ended), -score_of(group),
                          class_order(group.object_class), -static_cast<double>(group.count));
    };
    // Groups arrive in the order of their identity, which a stable sort keeps.
    std::stable_sort(
        groups.begin(), groups.end(),
        [&](const AnalyzedGroup& a, const AnalyzedGroup& b) { return key(a) < key(b); });
}

} // namespace unfreed
