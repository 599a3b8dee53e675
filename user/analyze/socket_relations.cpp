// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/socket_relations.h"

#include "analyze/socket_state.h"

#include <fmt/format.h>

#include <unordered_set>

namespace unfreed {
namespace {

template <class Map, class Key>
const SocketRelations::Sockets& look_up(const Map& map, const Key& key) {
    static const SocketRelations::Sockets kNone;
    const auto found = map.find(key);
    return found == map.end() ? kNone : found->second;
}

} // namespace

const SocketFacts* socket_facts_of(const LiveObject& object) {
    const bool socket = object.slot.object_class == ObjectClass::socket && object.facts;
    return socket ? &object.facts->socket : nullptr;
}

void for_each_socket(const Snapshot& snapshot,
                     const std::function<void(const LiveObject&, const SocketFacts&)>& visit) {
    for (const LiveObject& object : snapshot.objects)
        if (const SocketFacts* socket = socket_facts_of(object))
            visit(object, *socket);
    for (const OtherSocket& other : snapshot.other_sockets)
        if (const SocketFacts* socket = socket_facts_of(other.object))
            visit(other.object, *socket);
}

void note_living_peers(Snapshot& snapshot) {
    std::unordered_set<std::uint64_t> peers;
    for_each_socket(snapshot, [&](const LiveObject&, const SocketFacts& socket) {
        if (socket.peer)
            peers.insert(socket.peer);
    });
    const auto note = [&](LiveObject& object) {
        if (socket_facts_of(object))
            object.facts->socket.held_by_peer = peers.contains(object.slot.address);
    };
    for (LiveObject& object : snapshot.objects)
        note(object);
    for (OtherSocket& other : snapshot.other_sockets)
        note(other.object);
}

SocketRelations::SocketRelations(const Snapshot& snapshot) : snapshot_(snapshot) {
    for_each_socket(snapshot, [this](const LiveObject& object, const SocketFacts& socket) {
        if (socket.peer)
            by_peer_[socket.peer].push_back(&object);
        if (socket.state != SocketState::listen)
            return;
        by_address_[object.slot.address].push_back(&object);
        if (is_unix(socket))
            by_name_[socket.name].push_back(&object);
        else
            by_endpoint_[{socket.netns, socket.local_port, socket.local}].push_back(&object);
    });
}

const SocketRelations::Sockets& SocketRelations::listeners_of(const SocketFacts& connection) const {
    if (is_unix(connection))
        return connection.listener ? look_up(by_address_, connection.listener)
                                   : look_up(by_name_, connection.name);
    const Sockets& exact =
        look_up(by_endpoint_, Endpoint{connection.netns, connection.local_port, connection.local});
    if (!exact.empty())
        return exact;
    return look_up(by_endpoint_, Endpoint{connection.netns, connection.local_port, {}});
}

const SocketRelations::Sockets& SocketRelations::connected_to(std::uint64_t address) const {
    return look_up(by_peer_, address);
}

std::string SocketRelations::owner_of(const LiveObject& object) const {
    const TableObject& slot = object.slot;
    if (slot.tgid == 0 && !snapshot_.holders.of(slot.address).empty())
        return holder_of(object);
    const ProcessInfo* process = maker_of(snapshot_, slot);
    return process
               ? fmt::format("{}[{}]{}", process->comm, slot.tgid, process->alive ? "" : " (ended)")
           : slot.tgid ? fmt::format("process {}", slot.tgid)
                       : "an unknown process";
}

std::string SocketRelations::holder_of(const LiveObject& object) const {
    const auto holders = snapshot_.holders.of(object.slot.address);
    if (holders.empty())
        return owner_of(object);
    const std::uint32_t tgid = holders.front().tgid;
    if (const auto name = snapshot_.holder_names.find(tgid); name != snapshot_.holder_names.end())
        return fmt::format("{}[{}]", name->second, tgid);
    const auto traced = snapshot_.processes.find(tgid);
    return traced != snapshot_.processes.end() ? fmt::format("{}[{}]", traced->second.comm, tgid)
                                               : fmt::format("process {}", tgid);
}

} // namespace unfreed
