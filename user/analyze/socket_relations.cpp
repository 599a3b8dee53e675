// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/socket_relations.h"

#include "analyze/socket_state.h"

#include <unordered_set>

namespace unfreed {
namespace {

const SocketFacts* facts_of(const LiveObject& object) {
    const bool socket = object.slot.object_class == ObjectClass::socket && object.facts;
    return socket ? &object.facts->socket : nullptr;
}

} // namespace

void note_living_peers(Snapshot& snapshot) {
    std::unordered_set<std::uint64_t> peers;
    for (const LiveObject& object : snapshot.objects)
        if (const SocketFacts* socket = facts_of(object); socket && socket->peer)
            peers.insert(socket->peer);
    for (LiveObject& object : snapshot.objects)
        if (facts_of(object))
            object.facts->socket.held_by_peer = peers.contains(object.slot.address);
}

Listeners::Listeners(const Snapshot& snapshot) {
    for (const LiveObject& object : snapshot.objects) {
        const SocketFacts* socket = facts_of(object);
        if (!socket || socket->state != SocketState::listen)
            continue;
        by_address_[object.slot.address].push_back(&object);
        if (is_unix(*socket))
            by_name_[socket->name].push_back(&object);
        else
            by_endpoint_[{socket->netns, socket->local_port, socket->local}].push_back(&object);
    }
}

const std::vector<const LiveObject*>& Listeners::of(const SocketFacts& connection) const {
    static const std::vector<const LiveObject*> kNone;
    const auto look_up = [](const auto& map, const auto& key) {
        const auto found = map.find(key);
        return found == map.end() ? &kNone : &found->second;
    };
    if (is_unix(connection))
        return connection.listener ? *look_up(by_address_, connection.listener)
                                   : *look_up(by_name_, connection.name);
    const auto* exact =
        look_up(by_endpoint_, Endpoint{connection.netns, connection.local_port, connection.local});
    if (!exact->empty())
        return *exact;
    return *look_up(by_endpoint_, Endpoint{connection.netns, connection.local_port, {}});
}

} // namespace unfreed
