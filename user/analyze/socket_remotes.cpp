// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/socket_remotes.h"

#include "analyze/socket_relations.h"
#include "model/socket_names.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace unfreed {
namespace {

constexpr std::size_t kRemotesKept = 3;

std::string first_word(const std::string& name) {
    return name.substr(0, name.find(' '));
}

} // namespace

std::string common_socket_name(const std::vector<const LiveObject*>& sockets) {
    std::set<std::tuple<std::uint16_t, std::uint16_t, std::uint16_t>> kinds;
    for (const LiveObject* object : sockets)
        if (const SocketFacts* socket = socket_facts_of(*object))
            kinds.emplace(socket->family, socket->type, socket->protocol);
    std::set<std::string> names, words;
    for (const auto& [family, type, protocol] : kinds) {
        names.insert(socket_name(family, type, protocol));
        words.insert(first_word(socket_name(family, type, protocol)));
    }
    if (names.size() == 1)
        return *names.begin();
    return words.size() == 1 ? *words.begin() : std::string();
}

Remotes remotes_of(const std::vector<const LiveObject*>& sockets) {
    std::map<std::string, std::uint64_t> counts, hosts;
    for (const LiveObject* object : sockets) {
        const SocketFacts* socket = socket_facts_of(*object);
        if (socket == nullptr || socket->remote_port == 0)
            continue;
        const std::string address =
            socket_address(socket->family, socket->remote, socket->remote_port);
        if (address.empty())
            continue;
        ++counts[address];
        ++hosts[address.substr(0, address.rfind(':'))];
    }
    // Those that came from ports of their own tell no more than the host they came from.
    const bool each_its_own = std::all_of(counts.begin(), counts.end(),
                                          [](const auto& entry) { return entry.second == 1; });
    if (each_its_own && hosts.size() < counts.size())
        counts = std::move(hosts);
    Remotes remotes;
    for (const auto& [address, count] : counts)
        remotes.largest.push_back({address, count});
    std::stable_sort(remotes.largest.begin(), remotes.largest.end(),
                     [](const RemoteCount& one, const RemoteCount& other) {
                         return one.sockets > other.sockets;
                     });
    const std::size_t kept = std::min(remotes.largest.size(), kRemotesKept);
    remotes.omitted = remotes.largest.size() - kept;
    remotes.largest.resize(kept);
    return remotes;
}

} // namespace unfreed
