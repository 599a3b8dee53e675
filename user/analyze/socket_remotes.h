// SPDX-License-Identifier: BSD-2-Clause
// What sockets have in common: what they are called, and the other ends of connections.
#pragma once

#include "model/report.h"
#include "model/snapshot.h"

#include <cstdint>
#include <string>
#include <vector>

namespace unfreed {

// "TCP" if all those that were read are that, "NETLINK" if all are NETLINK something; empty: they
// have nothing in common, or none was read.
std::string common_socket_name(const std::vector<const LiveObject*>& sockets);

struct Remotes {
    std::vector<RemoteCount> largest; // most sockets first
    std::uint64_t omitted = 0;        // addresses that are not listed
};
Remotes remotes_of(const std::vector<const LiveObject*>& sockets);

} // namespace unfreed
