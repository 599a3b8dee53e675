// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/alive_sums.h"

#include "analyze/kind.h"

#include <algorithm>
#include <map>
#include <string_view>

namespace unfreed {
namespace {

constexpr std::size_t kPartsKept = 3;

bool counts(const AnalyzedGroup& group) {
    return (group.attention == Attention::none || group.companion) && group.judged &&
           group.verdict != Verdict::rcu_pending &&
           group.kind != row_of(Kind::memory_not_returned).name;
}

std::string_view reason_of(const AnalyzedGroup& group) {
    if (group.companion && group.attention != Attention::none)
        return "companions"; // of a row
    switch (group.facts.structure) {
    case Structure::reclaimable:
    case Structure::allocators_own:
    case Structure::pool:
    case Structure::in_use:
        return to_string(group.facts.structure);
    case Structure::none:
    case Structure::damning:
        break;
    }
    switch (group.verdict) {
    case Verdict::cached:
        return "reclaimable";
    case Verdict::stopped:
    case Verdict::kept:
    case Verdict::replacing:
        return to_string(group.verdict);
    default:
        break;
    }
    if (!group.repeats.empty() && !grows_with_repeats(group.repeats))
        return "few-repeats";
    if (group.released_at_exit != 0)
        return "few-at-exit";
    // Fewer than six objects are old enough for any number to tell.
    return group.facts.gates ? "no-growth" : "too-few";
}

void add(AliveSum& sum, const AnalyzedGroup& group) {
    ++sum.groups;
    sum.objects += group.count;
    if (sum.bytes)
        sum.bytes = group.bytes ? std::optional(*sum.bytes + *group.bytes) : std::nullopt;
}

using Parts = std::map<std::pair<std::string, std::string>, std::uint64_t>;

std::vector<AliveSum::Part> largest_of(const Parts& parts) {
    std::vector<AliveSum::Part> largest;
    for (const auto& [name, objects] : parts)
        largest.push_back({name.first, name.second, objects});
    std::stable_sort(largest.begin(), largest.end(),
                     [](const auto& a, const auto& b) { return a.objects > b.objects; });
    largest.resize(std::min(largest.size(), kPartsKept));
    return largest;
}

} // namespace

std::vector<AliveSum> alive_sums(std::span<const AnalyzedGroup> groups) {
    std::map<std::string_view, std::pair<AliveSum, Parts>> by_reason;
    for (const AnalyzedGroup& group : groups) {
        if (!counts(group))
            continue;
        const std::string_view reason = reason_of(group);
        auto& [sum, parts] = by_reason[reason];
        sum.reason = reason;
        add(sum, group);
        // What belongs to the kernel is nobody's.
        const bool of_program =
            group.facts.structure == Structure::none || group.facts.structure == Structure::in_use;
        const std::string what = group.is_core         ? group.part_of.plural
                                 : group.cache.empty() ? std::string(to_string(group.object_class))
                                                       : group.cache;
        const std::string program =
            of_program && !group.processes.empty() ? group.processes.front().comm : std::string();
        parts[{what, program}] += group.count;
    }
    std::vector<AliveSum> sums;
    for (auto& [reason, entry] : by_reason) {
        entry.first.largest = largest_of(entry.second);
        sums.push_back(std::move(entry.first));
    }
    std::stable_sort(sums.begin(), sums.end(),
                     [](const AliveSum& a, const AliveSum& b) { return a.objects > b.objects; });
    return sums;
}

} // namespace unfreed
