// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/connection_owner.h"

#include <algorithm>
#include <map>

namespace unfreed {
namespace {

// 0: not known.
std::uint32_t holder_of(const LiveObject& object, const Snapshot& snapshot) {
    const auto holders = snapshot.holders.of(object.slot.address);
    return holders.empty() ? object.slot.tgid : holders.front().tgid;
}

std::uint32_t owner_of(const LiveObject& object, const SocketFacts& socket,
                       const Snapshot& snapshot, const SocketRelations& relations) {
    if (const std::uint32_t holder = holder_of(object, snapshot); holder != 0)
        return holder;
    if (socket.state == SocketState::listen)
        return 0;
    const SocketRelations::Sockets& listeners = relations.listeners_of(socket);
    return listeners.empty() ? 0 : holder_of(*listeners.front(), snapshot);
}

ReportProcess process_of(std::uint32_t tgid, const Snapshot& snapshot) {
    ReportProcess process;
    process.pid = tgid;
    if (const auto known = snapshot.processes.find(tgid); known != snapshot.processes.end()) {
        process.comm = known->second.comm;
        process.exe = known->second.exe;
        process.cgroup = known->second.cgroup;
        process.alive = known->second.alive;
    }
    if (const auto name = snapshot.holder_names.find(tgid); name != snapshot.holder_names.end())
        process.comm = name->second;
    return process;
}

} // namespace

std::vector<ReportProcess> owners_of_connections(const std::vector<const LiveObject*>& sockets,
                                                 const Snapshot& snapshot,
                                                 const SocketRelations& relations) {
    std::map<std::uint32_t, ReportProcess> by_tgid;
    for (const LiveObject* object : sockets) {
        const SocketFacts* const socket = socket_facts_of(*object);
        const std::uint32_t tgid =
            socket == nullptr ? 0 : owner_of(*object, *socket, snapshot, relations);
        if (tgid == 0)
            continue;
        const auto known = by_tgid.find(tgid);
        ReportProcess& owner =
            known != by_tgid.end()
                ? known->second
                : by_tgid.emplace(tgid, process_of(tgid, snapshot)).first->second;
        ++owner.count;
    }
    std::vector<ReportProcess> owners;
    for (const auto& [tgid, owner] : by_tgid)
        owners.push_back(owner);
    std::stable_sort(owners.begin(), owners.end(),
                     [](const auto& one, const auto& other) { return one.count > other.count; });
    return owners;
}

} // namespace unfreed
