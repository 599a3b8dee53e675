// SPDX-License-Identifier: BSD-2-Clause
// Which sockets of a snapshot belong to one another, whether they are followed or not.
#pragma once

#include "model/snapshot.h"

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace unfreed {

// The facts of a socket that was read, else nullptr.
const SocketFacts* socket_facts_of(const LiveObject& object);

// Calls this for each socket that was read, followed or not.
void for_each_socket(const Snapshot& snapshot,
                     const std::function<void(const LiveObject&, const SocketFacts&)>& visit);

// A closed unix socket lives as long as another one is connected to it, but does not know that one:
// notes at each closed socket whether one is there.
void note_living_peers(Snapshot& snapshot);

// Listeners and unix peers among the sockets of a snapshot. Borrows it.
class SocketRelations {
  public:
    using Sockets = std::vector<const LiveObject*>;

    explicit SocketRelations(const Snapshot& snapshot);

    // Those in whose queue a connection may wait that nobody has accepted: one, unless several
    // share an address (SO_REUSEPORT). Empty: unknown.
    const Sockets& listeners_of(const SocketFacts& connection) const;

    // The unix sockets that are connected to the one at this address.
    const Sockets& connected_to(std::uint64_t address) const;

    // Whose descriptors are not known.
    std::uint64_t hidden_processes() const { return snapshot_.hidden_processes; }

    // "comm[pid]" of the process that made it, or that holds it now if it is not followed.
    std::string owner_of(const LiveObject& object) const;
    // The same the other way round: of the process that holds it now, else that made it.
    std::string holder_of(const LiveObject& object) const;

  private:
    using Endpoint =
        std::tuple<std::uint32_t, std::uint16_t, std::array<std::uint8_t, 16>>; // netns, port

    const Snapshot& snapshot_;
    std::map<std::uint64_t, Sockets> by_name_;    // unix
    std::map<std::uint64_t, Sockets> by_address_; // of the sock
    std::map<Endpoint, Sockets> by_endpoint_;
    std::unordered_map<std::uint64_t, Sockets> by_peer_;
};

} // namespace unfreed
