// SPDX-License-Identifier: BSD-2-Clause
#include "model/snapshot.h"

#include <algorithm>
#include <span>

namespace unfreed {

BirthPlace birth_place_of(const OriginEvent& origin) {
    return {origin.cache_name, origin.call_site,
            origin.object_class == ObjectClass::slab && origin.cache_address == 0};
}

namespace {

// A birth is told up to a tick of the kernel early (bpf/lib/clock.bpf.h); HZ is 100 at least.
constexpr std::uint64_t kTickNs = 10'000'000;

std::span<const ProcessInfo> former_of(const Snapshot& snapshot, std::uint32_t tgid) {
    const std::vector<ProcessInfo>& former = snapshot.former_processes;
    const auto by_tgid = [](const auto& a, const auto& b) { return a.tgid < b.tgid; };
    ProcessInfo wanted;
    wanted.tgid = tgid;
    const auto [begin, end] = std::equal_range(former.begin(), former.end(), wanted, by_tgid);
    return {begin, end};
}

} // namespace

const ProcessInfo* find_process(const Snapshot& snapshot, std::uint32_t tgid,
                                std::uint64_t time_ns) {
    const auto latest = snapshot.processes.find(tgid);
    if (latest != snapshot.processes.end() && time_ns >= latest->second.started_at_ns)
        return &latest->second;
    const std::span<const ProcessInfo> former = former_of(snapshot, tgid);
    const auto had_begun = [&](const ProcessInfo& process) {
        return process.started_at_ns <= time_ns;
    };
    const auto found = std::find_if(former.rbegin(), former.rend(), had_begun);
    if (found != former.rend())
        return &*found;
    const ProcessInfo* first = !former.empty()                      ? &former.front()
                               : latest != snapshot.processes.end() ? &latest->second
                                                                    : nullptr;
    return first != nullptr && time_ns + kTickNs >= first->started_at_ns ? first : nullptr;
}

const ProcessInfo* find_process(const Snapshot& snapshot, std::uint32_t tgid,
                                const OriginEvent* origin, std::uint64_t time_ns) {
    if (tgid == 0)
        return nullptr;
    if (origin == nullptr || origin->tgid != tgid || origin->program.start_ns == 0)
        return find_process(snapshot, tgid, time_ns);
    const auto latest = snapshot.processes.find(tgid);
    if (latest != snapshot.processes.end() && latest->second.program == origin->program)
        return &latest->second;
    const std::span<const ProcessInfo> former = former_of(snapshot, tgid);
    const auto found = std::find_if(former.begin(), former.end(), [&](const ProcessInfo& process) {
        return process.program == origin->program;
    });
    return found != former.end() ? &*found : nullptr;
}

const ProcessInfo* maker_of(const Snapshot& snapshot, const TableObject& object) {
    const auto origin = snapshot.origins.find(object.origin);
    return find_process(snapshot, object.tgid,
                        origin != snapshot.origins.end() ? &origin->second : nullptr,
                        object.birth_ns);
}

} // namespace unfreed
