// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/socket_groups.h"

#include "analyze/holders.h"
#include "analyze/kind.h"
#include "analyze/socket_evidence.h"
#include "analyze/socket_remotes.h"
#include "model/socket_names.h"

#include <fmt/format.h>
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

using Sockets = std::vector<const LiveObject*>;

// Numbers, not names: it is made for each socket.
struct Key {
    std::set<std::string> programs; // of the holders
    Kind kind = Kind::outstanding;
    std::string_view standing;
    std::uint16_t family = 0, type = 0, protocol = 0;
    SocketState state = SocketState::unknown;
    friend auto operator<=>(const Key&, const Key&) = default;
};

struct Bucket {
    std::uint64_t memory_bytes = 0;
    Sockets sockets;
    std::map<std::uint32_t, std::uint64_t> held; // by tgid
};

const SocketFacts& facts_of(const LiveObject* object) {
    return object->facts->socket;
}

std::string_view standing_of(const SocketFacts& socket, bool held, bool holders_known) {
    if (socket.orphan)
        return "closed, and still referenced";
    if (held || !holders_known)
        return {};
    if (socket.inode != 0)
        return "open, but in no descriptor of a process";
    return socket.family == AF_NETLINK ? "the kernel's own"
                                       : "without a file: not accepted yet, or the kernel's own";
}

class Grouping {
  public:
    Grouping(const Snapshot& snapshot, const SocketRelations& relations,
             const SocketGroupOptions& options)
        : snapshot_(snapshot), relations_(relations), options_(options) {}

    SocketSection of(std::span<const LiveObject* const> sockets) && {
        for (const LiveObject* socket : sockets)
            if (socket_facts_of(*socket) != nullptr)
                add(*socket);
        for (auto& [key, bucket] : buckets_)
            section_.groups.push_back(to_group(key, bucket));
        std::stable_sort(section_.groups.begin(), section_.groups.end(),
                         [](const SocketGroup& one, const SocketGroup& other) {
                             return std::pair(one.memory_bytes, one.count) >
                                    std::pair(other.memory_bytes, other.count);
                         });
        if (section_.groups.size() > options_.top) {
            section_.groups_omitted = section_.groups.size() - options_.top;
            section_.groups.resize(options_.top);
        }
        return std::move(section_);
    }

  private:
    void add(const LiveObject& object) {
        const SocketFacts& socket = facts_of(&object);
        std::set<std::uint32_t> tgids;
        for (const Holder& holder : snapshot_.holders.of(object.slot.address))
            tgids.insert(holder.tgid);
        Key key{{},
                kind_of(object),
                standing_of(socket, !tgids.empty(), snapshot_.holders.known()),
                socket.family,
                socket.type,
                socket.protocol,
                socket.state};
        for (std::uint32_t tgid : tgids)
            key.programs.insert(info_of(tgid).comm);
        Bucket& bucket = buckets_[std::move(key)];
        bucket.memory_bytes += socket.memory_bytes;
        bucket.sockets.push_back(&object);
        for (std::uint32_t tgid : tgids)
            ++bucket.held[tgid];
        ++section_.count;
        section_.memory_bytes += socket.memory_bytes;
    }

    // Who accepts at a listener has what came to it, unless that was handed on.
    bool all_came_to_listeners(const Sockets& sockets) const {
        return std::all_of(sockets.begin(), sockets.end(), [this](const LiveObject* socket) {
            return facts_of(socket).state != SocketState::listen &&
                   !relations_.listeners_of(facts_of(socket)).empty();
        });
    }

    // What the probes have seen of it counts for nothing here: it is as it was read.
    static Kind kind_of(const LiveObject& object) { return socket_kind({object, 0, 0, false}); }

    SocketGroup to_group(const Key& key, Bucket& bucket) {
        SocketGroup group;
        group.name = socket_name(key.family, key.type, key.protocol);
        group.family = socket_family_name(key.family);
        group.type = socket_type_name(key.family, key.type, key.protocol);
        group.state = socket_state_name(static_cast<std::uint8_t>(key.state));
        group.standing = key.standing;
        const KindRow& row = row_of(key.kind);
        group.kind = row.name;
        group.missing_stage = row.missing_stage;
        group.evidence = fmt::format("{} alive", bucket.sockets.size());
        for (const std::string& clause : socket_evidence(key.kind, bucket.sockets, relations_, 1))
            group.evidence += "; " + clause;
        group.advice = row.advice;
        if (key.kind == Kind::no_descriptor && !all_came_to_listeners(bucket.sockets))
            group.unseen_processes = relations_.hidden_processes();
        group.count = bucket.sockets.size();
        group.memory_bytes = bucket.memory_bytes;
        for (const auto& [tgid, count] : bucket.held) {
            const ProcessInfo& info = info_of(tgid);
            group.processes.push_back({tgid, info.comm, info.exe, info.cgroup, {}, true, count});
        }
        std::stable_sort(
            group.processes.begin(), group.processes.end(),
            [](const auto& one, const auto& other) { return one.count > other.count; });
        HeldObjects held = held_objects(bucket.sockets, snapshot_.holders);
        group.holders = named(std::move(held.holders));
        group.held = held.count;
        Remotes remotes = remotes_of(bucket.sockets);
        group.remotes = std::move(remotes.largest);
        group.remotes_omitted = remotes.omitted;
        add_largest(group, bucket.sockets);
        return group;
    }

    void add_largest(SocketGroup& group, Sockets& sockets) {
        const auto shown = std::min<std::size_t>(sockets.size(), options_.sockets_per_group);
        std::partial_sort(sockets.begin(), sockets.begin() + static_cast<std::ptrdiff_t>(shown),
                          sockets.end(), [](const LiveObject* one, const LiveObject* other) {
                              return std::pair(facts_of(other).memory_bytes, one->slot.address) <
                                     std::pair(facts_of(one).memory_bytes, other->slot.address);
                          });
        for (std::size_t i = 0; i < shown; ++i) {
            const SocketFacts& socket = facts_of(sockets[i]);
            group.sockets.push_back({sockets[i]->slot.address,
                                     socket.cookie,
                                     group.kind,
                                     socket.memory_bytes,
                                     {},
                                     named(held_objects({sockets[i]}, snapshot_.holders).holders)});
        }
    }

    std::vector<ReportHolder> named(std::vector<ReportHolder> holders) {
        for (ReportHolder& holder : holders)
            holder.comm = info_of(holder.pid).comm;
        return holders;
    }

    const ProcessInfo& info_of(std::uint32_t tgid) {
        auto [known, is_new] = processes_.try_emplace(tgid);
        if (is_new) {
            if (options_.process)
                known->second = options_.process(tgid);
            known->second.tgid = tgid;
        }
        return known->second;
    }

    const Snapshot& snapshot_;
    const SocketRelations& relations_;
    const SocketGroupOptions& options_;
    std::map<std::uint32_t, ProcessInfo> processes_;
    std::map<Key, Bucket> buckets_;
    SocketSection section_;
};

} // namespace

SocketSection group_sockets(std::span<const LiveObject* const> sockets, const Snapshot& snapshot,
                            const SocketRelations& relations, const SocketGroupOptions& options) {
    return Grouping(snapshot, relations, options).of(sockets);
}

} // namespace unfreed
