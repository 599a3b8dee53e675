// SPDX-License-Identifier: BSD-2-Clause
#include "judgement/socket_sections.h"

#include "analyze/socket_groups.h"
#include "analyze/socket_relations.h"

#include <algorithm>
#include <span>

namespace unfreed {
namespace {

std::optional<std::uint64_t> growth(const std::optional<std::uint64_t>& start,
                                    const std::optional<std::uint64_t>& end) {
    if (!start || !end)
        return std::nullopt;
    return *end - std::min(*start, *end);
}

} // namespace

std::vector<const LiveObject*> judged_sockets(const Snapshot& snapshot, std::uint64_t min_age_ns) {
    std::vector<const LiveObject*> sockets;
    for (const OtherSocket& other : snapshot.other_sockets)
        if (other.pre_attach)
            sockets.push_back(&other.object);
    for (const LiveObject& object : snapshot.objects)
        if (socket_facts_of(object) != nullptr &&
            object.slot.birth_ns + min_age_ns <= snapshot.taken_at_ns)
            sockets.push_back(&object);
    return sockets;
}

void add_socket_sections(Findings& findings, const Survey& survey, const JudgeOptions& options) {
    SocketGroupOptions grouping;
    grouping.top = options.top;
    grouping.sockets_per_group = options.objects_per_group;
    grouping.process = [&](std::uint32_t tgid) {
        const auto known = survey.holders.find(tgid);
        return known != survey.holders.end() ? known->second : ProcessInfo{};
    };
    const SocketRelations relations(survey.snapshot);
    const auto section_of = [&](std::span<const LiveObject* const> sockets) {
        return group_sockets(sockets, survey.snapshot, relations, grouping);
    };
    if (survey.sockets->listed_older) {
        std::vector<const LiveObject*> older;
        for (const OtherSocket& other : survey.snapshot.other_sockets)
            if (other.pre_attach)
                older.push_back(&other.object);
        findings.pre_attach_sockets = section_of(older);
    }
    if (survey.sockets->asked_ss) {
        auto hidden = judged_sockets(survey.snapshot, survey.trace.min_age_ns);
        std::erase_if(hidden, [&](const LiveObject* socket) {
            return !survey.sockets->hidden.contains(socket->slot.address);
        });
        findings.hidden_sockets = section_of(hidden);
    }
}

TcpReport tcp_report(const SocketLook& sockets) {
    const TcpCounters& start = sockets.tcp_start;
    const TcpCounters& end = sockets.tcp_now;
    const auto bytes = [&](const std::optional<std::uint64_t>& pages) {
        return pages ? std::optional(*pages * sockets.page_bytes) : std::nullopt;
    };
    TcpReport tcp;
    tcp.aborted_on_memory = growth(start.abort_on_memory, end.abort_on_memory);
    tcp.memory_pressures = growth(start.memory_pressures, end.memory_pressures);
    tcp.orphans = {start.orphans, end.orphans};
    tcp.max_orphans = end.max_orphans;
    tcp.memory_bytes = {bytes(start.memory_pages), bytes(end.memory_pages)};
    tcp.memory_limits_bytes = end.memory_limits_pages;
    if (tcp.memory_limits_bytes)
        for (std::uint64_t& limit : *tcp.memory_limits_bytes)
            limit *= sockets.page_bytes;
    return tcp;
}

} // namespace unfreed
