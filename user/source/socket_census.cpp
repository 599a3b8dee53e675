// SPDX-License-Identifier: BSD-2-Clause
#include "source/socket_census.h"

#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace unfreed {

Result<SocketCensus> SocketCensus::load() {
    auto iterators = bpf::SocketIterators::load();
    if (!iterators)
        return fail(iterators.error());
    return SocketCensus(std::move(*iterators));
}

std::vector<ListedSocket> merge_sockets(const std::vector<uf_listed_socket>& listed,
                                        const std::vector<uf_open_socket>& open,
                                        std::uint32_t self_tgid,
                                        std::span<const std::uint32_t> workers) {
    std::map<std::uint64_t, ListedSocket> by_address;
    const auto entry = [&](std::uint64_t address, std::uint64_t cookie) -> ListedSocket& {
        ListedSocket& socket = by_address[address];
        if (socket.cookie != cookie)
            socket = {address, cookie, {}};
        return socket;
    };
    for (const uf_listed_socket& one : listed)
        entry(one.addr, one.cookie);
    std::set<std::uint64_t> own;
    const auto is_worker = [&](std::uint32_t tgid) {
        return std::find(workers.begin(), workers.end(), tgid) != workers.end();
    };
    for (const uf_open_socket& one : open)
        if (is_worker(one.tgid) || (one.tgid == self_tgid && !workers.empty()))
            own.insert(one.addr);
        else if (one.tgid != self_tgid)
            entry(one.addr, one.cookie).holders.push_back({one.tgid, one.fd});
    std::vector<ListedSocket> sockets;
    sockets.reserve(by_address.size());
    for (auto& [address, socket] : by_address) {
        if (socket.holders.empty() && own.contains(address))
            continue;
        std::sort(socket.holders.begin(), socket.holders.end());
        sockets.push_back(std::move(socket));
    }
    return sockets;
}

Result<SocketList> SocketCensus::list(bool descriptors,
                                      std::span<const std::uint32_t> workers) const {
    SocketList list;
    std::vector<uf_listed_socket> listed;
    Result<> failure;
    const NetworkNamespaces namespaces = find_network_namespaces();
    list.hidden_namespaces = namespaces.hidden;
    list.hidden_processes = namespaces.hidden_processes;
    list.namespaces = in_each_netns(namespaces.found, [&](const NetworkNamespace&) {
        auto here = iterators_.list_here();
        if (here)
            listed.insert(listed.end(), here->begin(), here->end());
        else
            failure = fail(here.error());
    });
    if (!failure)
        return fail(failure.error());
    std::vector<uf_open_socket> open;
    if (descriptors) {
        auto found = iterators_.list_open();
        if (!found)
            return fail(found.error());
        open = std::move(*found);
    }
    list.sockets = merge_sockets(listed, open, static_cast<std::uint32_t>(::getpid()), workers);
    return list;
}

Result<SocketsShown> SocketCensus::shown() const {
    SocketsShown shown;
    Result<> failure;
    shown.namespaces = in_each_netns(find_network_namespaces().found, [&](const NetworkNamespace&) {
        if (auto dumped = dump_sockets_here(shown.sockets); !dumped)
            failure = dumped;
    });
    if (!failure)
        return fail(failure.error());
    return shown;
}

} // namespace unfreed
