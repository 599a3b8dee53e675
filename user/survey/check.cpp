// SPDX-License-Identifier: BSD-2-Clause
#include "survey/check.h"

#include "model/sampling.h"

#include <algorithm>

namespace unfreed {
namespace {

// --max-objects takes no more.
constexpr std::uint64_t kMostObjects = 100'000'000;
// Sums of what is in range must not leave the range of what they are counted in.
constexpr std::uint64_t kMostCounted = std::uint64_t{1} << 48;

bool is_sane(const DeathCells& cells) {
    return std::all_of(cells.begin(), cells.end(), [](const DeathCell& cell) {
        return cell.birth < DeathRecord::kMaxCells && cell.death < DeathRecord::kMaxCells;
    });
}

bool are_sane(const auto& cells_by_key) {
    return std::all_of(cells_by_key.begin(), cells_by_key.end(),
                       [](const auto& entry) { return is_sane(entry.second); });
}

bool deaths_are_sane(const DeathRecord& deaths) {
    std::uint64_t at_exit = 0; // each of these becomes a survivor again
    for (const auto& [origin, cells] : deaths.at_exit)
        for (const DeathCell& cell : cells)
            at_exit += cell.count;
    return deaths.cell_ns != 0 && deaths.cell_ns < kMostCounted && at_exit <= kMostObjects &&
           are_sane(deaths.by_origin) && are_sane(deaths.at_exit) && are_sane(deaths.retired) &&
           std::all_of(deaths.older.begin(), deaths.older.end(), [](const auto& cells) {
               return cells.second.size() <= DeathRecord::kMaxCells;
           });
}

bool are_sane(const OriginCounts& counts) {
    return std::max({counts.births, counts.deaths, counts.exit_released, counts.exit_pending,
                     counts.replaced, counts.checked, counts.differed, counts.exit_ways.by_rcu,
                     counts.exit_ways.by_worker, counts.exit_ways.by_parent,
                     counts.exit_ways.unknown}) <= kMostCounted;
}

bool names_are_there(const Snapshot& snapshot) {
    const DentryNames& names = snapshot.dentry_names;
    if (names.patterns.empty() || names.places.empty())
        return false;
    return std::all_of(
        snapshot.objects.begin(), snapshot.objects.end(), [&](const LiveObject& object) {
            return !object.facts || (object.facts->dentry.pattern < names.patterns.size() &&
                                     object.facts->dentry.place < names.places.size());
        });
}

bool counts_are_sane(const Snapshot& snapshot) {
    const auto in_range = [](std::int64_t bytes) {
        return bytes > -static_cast<std::int64_t>(kMostCounted) &&
               bytes < static_cast<std::int64_t>(kMostCounted);
    };
    return std::all_of(snapshot.counts.begin(), snapshot.counts.end(),
                       [](const auto& entry) { return are_sane(entry.second); }) &&
           std::all_of(snapshot.retired.begin(), snapshot.retired.end(),
                       [](const auto& entry) { return are_sane(entry.second); }) &&
           std::all_of(snapshot.last_deaths.begin(), snapshot.last_deaths.end(),
                       [](const auto& entry) { return entry.second.count <= kMostCounted; }) &&
           std::all_of(snapshot.charged_dead.begin(), snapshot.charged_dead.end(),
                       [&](const ChargedDead& dead) {
                           return dead.count <= kMostObjects && in_range(dead.rmem_alloc) &&
                                  in_range(dead.wmem_queued) && in_range(dead.forward_alloc);
                       });
}

bool times_are_sane(const Survey& survey) {
    const auto& times = survey.snapshot.history.times_ns;
    return survey.trace.started_ns <= survey.snapshot.taken_at_ns &&
           std::is_sorted(times.begin(), times.end());
}

// The runs that ended are among those that were begun.
bool are_sane(const RepeatFacts& repeats) {
    return repeats.ended <= repeats.starts_ns.size() && repeats.failed <= repeats.ended &&
           repeats.starts_ns.size() <= kMostRuns &&
           (repeats.asked != 0 || repeats.starts_ns.empty()) &&
           std::is_sorted(repeats.starts_ns.begin(), repeats.starts_ns.end());
}

bool other_sockets_were_read(const Snapshot& snapshot) {
    return std::all_of(
        snapshot.other_sockets.begin(), snapshot.other_sockets.end(), [](const OtherSocket& other) {
            return other.object.facts && other.object.slot.object_class == ObjectClass::socket;
        });
}

} // namespace

Result<> check(const Survey& survey) {
    const Snapshot& snapshot = survey.snapshot;
    const bool sound = snapshot.one_in >= 1 && snapshot.one_in <= Sampling::kMaxOneIn &&
                       snapshot.objects.size() <= kMostObjects && names_are_there(snapshot) &&
                       counts_are_sane(snapshot) && deaths_are_sane(snapshot.deaths) &&
                       times_are_sane(survey) && are_sane(survey.trace.repeats) &&
                       other_sockets_were_read(snapshot) && survey.books.cpus >= 1 &&
                       survey.books.processors >= 1;
    if (!sound)
        return fail(Errc::malformed,
                    "the recording contradicts itself: it was not made by unfreed");
    return {};
}

} // namespace unfreed
