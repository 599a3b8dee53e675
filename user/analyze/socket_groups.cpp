// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/socket_groups.h"

#include <sys/socket.h>

#include <algorithm>
#include <compare>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace unfreed {
namespace {

constexpr std::size_t kHoldersShown = 8;

struct Key {
    std::set<std::string> programs; // of the holders
    std::string standing, family, type, state;
    friend auto operator<=>(const Key&, const Key&) = default;
};

struct Bucket {
    std::uint64_t memory_bytes = 0;
    std::vector<const ReadSocket*> sockets;
    std::map<std::uint32_t, std::uint64_t> held; // by tgid
};

std::string detail(const ReadSocket& socket, const char* name) {
    const auto found = socket.details.find(name);
    return found != socket.details.end() ? found->second : std::string();
}

std::string standing_of(const ReadSocket& socket) {
    if (socket.facts.orphan)
        return "closed, and still referenced";
    if (!socket.listed.holders.empty())
        return {};
    if (socket.facts.inode != 0)
        return "open, but in no descriptor of a process";
    return socket.facts.family == AF_NETLINK
               ? "the kernel's own"
               : "without a file: not accepted yet, or the kernel's own";
}

class Names {
  public:
    explicit Names(const SocketGroupOptions& options) : options_(options) {}
    const ProcessInfo& of(std::uint32_t tgid) {
        auto [known, is_new] = known_.try_emplace(tgid);
        if (is_new) {
            if (options_.process)
                known->second = options_.process(tgid);
            known->second.tgid = tgid;
        }
        return known->second;
    }

  private:
    const SocketGroupOptions& options_;
    std::map<std::uint32_t, ProcessInfo> known_;
};

ReportSocket to_report(const ReadSocket& socket) {
    ReportSocket out{socket.listed.address, socket.facts.memory_bytes, socket.details, {}};
    const std::vector<SocketHolder>& holders = socket.listed.holders;
    for (std::size_t i = 0; i < std::min(holders.size(), kHoldersShown); ++i)
        out.holders.push_back({holders[i].tgid, holders[i].fd});
    return out;
}

SocketGroup to_group(const Key& key, Bucket& bucket, const SocketGroupOptions& options,
                     Names& names) {
    SocketGroup group;
    group.family = key.family;
    group.type = key.type;
    group.state = key.state;
    group.standing = key.standing;
    group.count = bucket.sockets.size();
    group.memory_bytes = bucket.memory_bytes;
    for (const auto& [tgid, count] : bucket.held) {
        const ProcessInfo& info = names.of(tgid);
        group.processes.push_back({tgid, info.comm, info.exe, info.cgroup, {}, true, count});
    }
    std::stable_sort(group.processes.begin(), group.processes.end(),
                     [](const auto& one, const auto& other) { return one.count > other.count; });
    const auto shown = std::min<std::size_t>(bucket.sockets.size(), options.sockets_per_group);
    std::partial_sort(bucket.sockets.begin(),
                      bucket.sockets.begin() + static_cast<std::ptrdiff_t>(shown),
                      bucket.sockets.end(), [](const ReadSocket* one, const ReadSocket* other) {
                          return std::pair(other->facts.memory_bytes, one->listed.address) <
                                 std::pair(one->facts.memory_bytes, other->listed.address);
                      });
    for (std::size_t i = 0; i < shown; ++i)
        group.sockets.push_back(to_report(*bucket.sockets[i]));
    return group;
}

} // namespace

SocketSection group_sockets(std::span<const ReadSocket> sockets,
                            const SocketGroupOptions& options) {
    Names names(options);
    std::map<Key, Bucket> buckets;
    SocketSection section;
    for (const ReadSocket& socket : sockets) {
        Key key{{},
                standing_of(socket),
                detail(socket, "family"),
                detail(socket, "type"),
                detail(socket, "state")};
        std::set<std::uint32_t> tgids;
        for (const SocketHolder& holder : socket.listed.holders)
            tgids.insert(holder.tgid);
        for (std::uint32_t tgid : tgids)
            key.programs.insert(names.of(tgid).comm);
        Bucket& bucket = buckets[std::move(key)];
        bucket.memory_bytes += socket.facts.memory_bytes;
        bucket.sockets.push_back(&socket);
        for (std::uint32_t tgid : tgids)
            ++bucket.held[tgid];
        ++section.count;
        section.memory_bytes += socket.facts.memory_bytes;
    }
    for (auto& [key, bucket] : buckets)
        section.groups.push_back(to_group(key, bucket, options, names));
    std::stable_sort(section.groups.begin(), section.groups.end(),
                     [](const SocketGroup& one, const SocketGroup& other) {
                         return std::pair(one.memory_bytes, one.count) >
                                std::pair(other.memory_bytes, other.count);
                     });
    if (section.groups.size() > options.top) {
        section.groups_omitted = section.groups.size() - options.top;
        section.groups.resize(options.top);
    }
    return section;
}

} // namespace unfreed
