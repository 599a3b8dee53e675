// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/other_sockets.h"

#include "analyze/kind.h"
#include "analyze/socket_relations.h"
#include "analyze/socket_state.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

namespace unfreed {
namespace {

InspectRequest request_for(std::uint64_t address) {
    return {{address, 0}, 0, ObjectClass::socket};
}

// A cookie is never given twice; one of 0 has not been asked for yet.
bool is_same(const Inspection& answer, std::uint64_t cookie) {
    return answer.verdict == Inspection::Verdict::alive &&
           (cookie == 0 || answer.facts.socket.cookie == cookie);
}

void add(Snapshot& snapshot, std::uint64_t address, const Inspection& answer, bool pre_attach) {
    OtherSocket other;
    other.object.slot.address = address;
    other.object.slot.object_class = ObjectClass::socket;
    other.object.facts = answer.facts;
    other.pre_attach = pre_attach;
    snapshot.other_sockets.push_back(std::move(other));
}

bool contradicts_itself(const Snapshot& snapshot, const LiveObject& object) {
    const SocketFacts& socket = object.facts->socket;
    const bool open = !socket.orphan && !socket.no_file;
    return snapshot.holders.known() && open == snapshot.holders.of(object.slot.address).empty();
}

bool is_accused(const LiveObject& object) {
    return may_pass(*object.facts);
}

// Reads those that are doubtful again: what has ended goes.
void read_again(Snapshot& snapshot, const Inspect& inspect,
                const std::function<bool(const LiveObject&)>& is_doubtful) {
    std::vector<InspectRequest> requests;
    std::vector<std::size_t> doubtful;
    for (std::size_t i = 0; i < snapshot.other_sockets.size(); ++i) {
        const LiveObject& object = snapshot.other_sockets[i].object;
        if (!is_doubtful(object))
            continue;
        requests.push_back(request_for(object.slot.address));
        doubtful.push_back(i);
    }
    if (doubtful.empty())
        return;
    const std::vector<Inspection> answers = inspect(requests);
    std::unordered_set<std::size_t> ended;
    for (std::size_t i = 0; i < std::min(answers.size(), doubtful.size()); ++i) {
        LiveObject& object = snapshot.other_sockets[doubtful[i]].object;
        if (is_same(answers[i], object.facts->socket.cookie)) {
            const SocketFacts before = object.facts->socket;
            object.facts = answers[i].facts;
            object.facts->socket = seen_twice(before, object.facts->socket);
        } else {
            ended.insert(doubtful[i]);
        }
    }
    std::size_t index = 0;
    std::erase_if(snapshot.other_sockets,
                  [&](const OtherSocket&) { return ended.contains(index++); });
    note_living_peers(snapshot);
}

} // namespace

void add_other_sockets(Snapshot& snapshot, const Inspect& inspect,
                       std::span<const ListedSocket> listed, bool pre_attach,
                       const std::function<bool(const SocketFacts&)>& wanted) {
    std::vector<InspectRequest> requests;
    requests.reserve(listed.size());
    for (const ListedSocket& socket : listed)
        requests.push_back(request_for(socket.address));
    inspect_each(inspect, requests, [&](std::size_t i, const Inspection& answer) {
        if (is_same(answer, listed[i].cookie) && wanted(answer.facts.socket))
            add(snapshot, listed[i].address, answer, pre_attach);
    });
}

void add_connections(Snapshot& snapshot, const Inspect& inspect,
                     std::span<const ListedSocket> listed) {
    Snapshot found;
    {
        const SocketRelations relations(snapshot);
        add_other_sockets(found, inspect, listed, true, [&](const SocketFacts& socket) {
            return socket.state != SocketState::listen && !relations.listeners_of(socket).empty();
        });
    }
    std::move(found.other_sockets.begin(), found.other_sockets.end(),
              std::back_inserter(snapshot.other_sockets));
}

void add_unix_peers(Snapshot& snapshot, const Inspect& inspect,
                    const std::unordered_set<std::uint64_t>& pre_attach) {
    std::unordered_set<std::uint64_t> known;
    for_each_socket(snapshot, [&](const LiveObject& object, const SocketFacts& socket) {
        if (is_unix(socket))
            known.insert(object.slot.address);
    });
    std::vector<InspectRequest> peers, sockets;
    std::vector<std::uint64_t> cookies;
    for_each_socket(snapshot, [&](const LiveObject& object, const SocketFacts& socket) {
        if (!is_unix(socket) || !socket.peer || !known.insert(socket.peer).second)
            return;
        peers.push_back(request_for(socket.peer));
        sockets.push_back(inspect_request(snapshot, object.slot));
        cookies.push_back(socket.cookie);
    });
    // A socket holds the one it is connected to: what still is its peer after that one was read,
    // was read alive.
    const std::vector<Inspection> answers = inspect(peers);
    const std::vector<Inspection> still = inspect(sockets);
    for (std::size_t i = 0; i < std::min(answers.size(), still.size()); ++i) {
        const std::uint64_t address = peers[i].key.address;
        if (is_same(answers[i], 0) && is_unix(answers[i].facts.socket) &&
            is_same(still[i], cookies[i]) && still[i].facts.socket.peer == address)
            add(snapshot, address, answers[i], pre_attach.contains(address));
    }
}

bool UnknownRelations::concerns(const SocketFacts& other) const {
    return (listeners && other.state == SocketState::listen) ||
           (is_unix(other) && closed.contains(other.peer));
}

UnknownRelations unknown_relations(const Snapshot& snapshot) {
    UnknownRelations unknown;
    const SocketRelations relations(snapshot);
    for_each_socket(snapshot, [&](const LiveObject& object, const SocketFacts& socket) {
        const Kind kind = socket_kind({object, 0, 0, false});
        if (kind == Kind::closed_still_alive && hold_of(*object.facts) == Hold::maybe_unix_peer)
            unknown.closed.insert(object.slot.address);
        if (kind == Kind::never_accepted && relations.listeners_of(socket).empty())
            unknown.listeners = true;
    });
    return unknown;
}

bool any_other_is_accused(const Snapshot& snapshot) {
    return std::any_of(snapshot.other_sockets.begin(), snapshot.other_sockets.end(),
                       [](const OtherSocket& other) { return is_accused(other.object); });
}

void confirm_other_sockets(Snapshot& snapshot, const Inspect& inspect) {
    read_again(snapshot, inspect, is_accused);
}

void settle_other_sockets(Snapshot& snapshot, const Inspect& inspect) {
    read_again(snapshot, inspect,
               [&](const LiveObject& object) { return contradicts_itself(snapshot, object); });
}

} // namespace unfreed
