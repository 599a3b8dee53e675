// SPDX-License-Identifier: BSD-2-Clause
// The network namespaces of this host. Tables of sockets belong to one each.
#pragma once

#include "base/result.h"
#include "base/unique_fd.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace unfreed {

struct NetworkNamespace {
    std::uint64_t inode = 0; // as readlink of /proc/PID/ns/net shows it
    std::string path;        // a file that stands for it
    UniqueFd fd;             // that file; it keeps the namespace alive
};

// Every one that a process is in or that is bound to a file (ip netns), the caller's first. One
// that only an open socket keeps alive is not among them.
std::vector<NetworkNamespace> find_network_namespaces();

// "net:[4026531840]" -> 4026531840; 0: something else.
std::uint64_t netns_of_link(std::string_view link);
// Those that are bound to files, not opened: from the text of /proc/self/mountinfo.
std::vector<NetworkNamespace> netns_of_mounts(std::string_view mountinfo);

// Calls `visit` in each of them, in a thread of its own, so that the caller's is never in a wrong
// one. Those that cannot be entered (gone, or not permitted) are skipped; gives their number.
std::size_t in_each_netns(const std::vector<NetworkNamespace>& namespaces,
                          const std::function<void(const NetworkNamespace&)>& visit);

} // namespace unfreed
