// SPDX-License-Identifier: BSD-2-Clause
// What is listed of the sockets of a host, in all its network namespaces.
#pragma once

#include "model/socket_list.h"
#include "sock_diag/netns.h"
#include "sock_diag/sock_diag.h"

#include <cstddef>
#include <vector>

namespace unfreed {

// Those that exist.
struct SocketList {
    std::vector<ListedSocket> sockets; // by address, each once
    NetnsVisit namespaces;             // what only those have that were not entered is missing
    std::size_t hidden_namespaces = 0; // of processes that this one may not look at
    std::size_t hidden_processes = 0;  // which may have sockets in their descriptors
};

// Those that ss(8) would show in any namespace.
struct SocketsShown {
    ShownSockets sockets;
    NetnsVisit namespaces; // nothing is known of sockets in others than those entered
};

} // namespace unfreed
