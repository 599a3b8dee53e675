// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/replaced.h"

#include "judge/lives_of.h"

#include <algorithm>

namespace unfreed {

Replaced::Replaced(const Snapshot& snapshot, const AnalyzeOptions& options)
    : snapshot_(snapshot), options_(options) {
    for (const auto& [place, gone] : snapshot_.deaths.older)
        older_[counted_as(place.cache)].emplace_back(place.by, &gone);
}

std::string Replaced::counted_as(const std::string& cache) const {
    return options_.counted_as ? options_.counted_as(cache) : cache;
}

Heirs Replaced::heirs_of(const AnalyzedGroup& group) const {
    Heirs heirs;
    // The name "" is that of unknown caches.
    heirs.counted_as = is_of_cache(group.object_class) ? counted_as(group.cache)
                                                       : cacheless_name(group.object_class);
    if (group.object_class == ObjectClass::dentry) {
        if (group.device != 0)
            heirs.by.insert(by_device(group.device));
        return heirs;
    }
    const auto add = [&](const std::string& comm) {
        if (!comm.empty()) // made in an interrupt
            heirs.by.insert(by_program(comm));
    };
    for (const ReportProcess& process : group.processes)
        add(process.comm);
    for (const OriginId id : group.origins)
        if (const auto origin = snapshot_.origins.find(id); origin != snapshot_.origins.end())
            add(origin->second.comm);
    return heirs;
}

void Replaced::add(const Heirs& heirs, double weight) {
    weights_[{heirs.counted_as, 0}] += weight;
    for (const std::uint64_t by : heirs.by)
        weights_[{heirs.counted_as, by}] += weight;
}

double Replaced::weight_of(const Place& place) const {
    const auto found = weights_.find(place);
    return found == weights_.end() ? 0 : found->second;
}

double Replaced::share(const Heirs& heirs, std::uint64_t by) const {
    const double of_all =
        std::min(1.0, heirs.weight / std::max(1.0, weight_of({heirs.counted_as, 0})));
    if (by == 0 || heirs.by.empty())
        return of_all;
    const double of_these = weight_of({heirs.counted_as, by});
    if (heirs.by.contains(by))
        return std::min(1.0, heirs.weight / std::max(1.0, of_these));
    // Of another file system, or of a program that gets such objects of its own. A program that
    // only frees may do so for any other.
    return is_device(by) || of_these > 0 ? 0 : of_all;
}

void Replaced::give(Lives& lives, const Heirs& heirs) const {
    const auto of_cache = older_.find(heirs.counted_as);
    if (of_cache == older_.end())
        return;
    for (const auto& [by, gone] : of_cache->second)
        if (const double part = share(heirs, by); part > 0)
            add_older(lives, *gone, part, snapshot_.deaths, options_.trace_started_ns);
}

} // namespace unfreed
