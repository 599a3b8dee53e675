// SPDX-License-Identifier: BSD-2-Clause
// Which sockets of a snapshot belong to one another.
#pragma once

#include "model/snapshot.h"

#include <array>
#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

namespace unfreed {

// A closed unix socket lives as long as another one is connected to it, but does not know that one:
// notes at each closed socket whether one is there.
void note_living_peers(Snapshot& snapshot);

// The listeners of a snapshot. Borrows it.
class Listeners {
  public:
    explicit Listeners(const Snapshot& snapshot);

    // Those in whose queue a connection may wait that nobody has accepted: one, unless several
    // share an address (SO_REUSEPORT). Empty: unknown, its listener is older than the trace.
    const std::vector<const LiveObject*>& of(const SocketFacts& connection) const;

  private:
    using Endpoint =
        std::tuple<std::uint32_t, std::uint16_t, std::array<std::uint8_t, 16>>; // netns, port
    std::map<std::uint64_t, std::vector<const LiveObject*>> by_name_;           // unix
    std::map<std::uint64_t, std::vector<const LiveObject*>> by_address_;        // of the sock
    std::map<Endpoint, std::vector<const LiveObject*>> by_endpoint_;
};

} // namespace unfreed
