// SPDX-License-Identifier: BSD-2-Clause
// The network namespaces of this host. Tables of sockets belong to one each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace unfreed {

struct NetworkNamespace {
    std::uint64_t inode = 0; // as readlink of /proc/PID/ns/net shows it
    // Files that stand for it, a few: a process may end before its file is opened.
    std::vector<std::string> paths;
};

struct NetworkNamespaces {
    std::vector<NetworkNamespace> found; // the caller's first
    // So many more there are, with processes only that this one may not look at (no
    // CAP_SYS_PTRACE).
    std::size_t hidden = 0;
    std::size_t hidden_processes = 0; // that this one may not look at, whatever they are in
};

// Every one that a process is in or that is bound to a file (ip netns). One that only an open
// socket or descriptor keeps alive is not among them. Keeps nothing open: there may be more than
// this process can have descriptors.
NetworkNamespaces find_network_namespaces();

// "net:[4026531840]" -> 4026531840; 0: something else.
std::uint64_t netns_of_link(std::string_view link);
// Those that are bound to files: from the text of /proc/self/mountinfo.
std::vector<NetworkNamespace> netns_of_mounts(std::string_view mountinfo);

struct NetnsVisit {
    std::set<std::uint64_t> entered; // by inode
    std::size_t refused = 0;         // exist, but could not be entered
    std::size_t gone = 0;            // had ended when it was their turn
    int error = 0;                   // errno of one that was refused
};

// Calls `visit` in each of them, one after the other, in a thread of its own, so that the caller's
// is never in a wrong one. Where no thread can be made, only the caller's own is visited.
NetnsVisit in_each_netns(const std::vector<NetworkNamespace>& namespaces,
                         const std::function<void(const NetworkNamespace&)>& visit);

} // namespace unfreed
