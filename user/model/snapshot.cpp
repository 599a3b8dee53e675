// SPDX-License-Identifier: BSD-2-Clause
#include "model/snapshot.h"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace unfreed {

BirthPlace birth_place_of(const OriginEvent& origin) {
    return {origin.cache_name, origin.call_site,
            origin.object_class == ObjectClass::slab && origin.cache_address == 0};
}

const ProcessInfo* find_process(const Snapshot& snapshot, std::uint32_t tgid,
                                std::uint64_t time_ns) {
    const auto latest = snapshot.processes.find(tgid);
    if (latest != snapshot.processes.end() && time_ns >= latest->second.started_at_ns)
        return &latest->second;
    const std::vector<ProcessInfo>& former = snapshot.former_processes;
    const auto after = std::upper_bound(
        former.begin(), former.end(), std::tuple(tgid, time_ns),
        [](const std::tuple<std::uint32_t, std::uint64_t>& wanted, const ProcessInfo& process) {
            return wanted < std::tuple(process.tgid, process.started_at_ns);
        });
    if (after != former.begin() && std::prev(after)->tgid == tgid)
        return &*std::prev(after);
    // Born in the moments before the process was first heard of.
    return latest != snapshot.processes.end() ? &latest->second : nullptr;
}

} // namespace unfreed
