// SPDX-License-Identifier: BSD-2-Clause
#include "look/socket_details.h"

#include "analyze/revalidate.h"
#include "analyze/socket_relations.h"
#include "analyze/socket_state.h"
#include "track/proc_process_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace unfreed::look {
namespace {

using Details = std::map<std::string, std::string>;

InspectRequest request_for(std::uint64_t address) {
    return {{address, 0}, 0, ObjectClass::socket};
}

// A socket that the report names, and its other end.
struct Pair {
    const LiveObject* socket;
    std::uint64_t peer;
    Details* details;
};

std::string holders_text(std::span<const Holder> holders, std::uint64_t time_ns) {
    constexpr std::size_t kShown = 3;
    ProcProcessReader processes;
    std::string text;
    for (const Holder& holder : holders.first(std::min(holders.size(), kShown)))
        text += fmt::format("{}{}[{}] fd {}", text.empty() ? "" : ", ",
                            processes.comm_at(holder.tgid, time_ns), holder.tgid, holder.fd);
    if (holders.size() > kShown)
        text += fmt::format(" and {} more", holders.size() - kShown);
    return text;
}

class Peers {
  public:
    explicit Peers(const Snapshot& snapshot) : snapshot_(snapshot), relations_(snapshot) {
        for_each_socket(snapshot, [this](const LiveObject& object, const SocketFacts& socket) {
            if (is_unix(socket))
                sockets_.emplace(object.slot.address, &object);
        });
    }

    void want(std::uint64_t address, Details& details) {
        const auto found = sockets_.find(address);
        if (found == sockets_.end())
            return;
        const SocketFacts& socket = found->second->facts->socket;
        const auto& holding = relations_.connected_to(address);
        if (socket.peer)
            pairs_.push_back({found->second, socket.peer, &details});
        else if (socket.orphan && !holding.empty())
            pairs_.push_back({found->second, holding.front()->slot.address, &details});
    }

    // A peer that is still the same after it was read was read alive: a socket holds the one that
    // it is connected to.
    void describe(EventSource& source) const {
        std::vector<InspectRequest> peers, sockets;
        for (const Pair& pair : pairs_) {
            peers.push_back(request_for(pair.peer));
            sockets.push_back(inspect_request(snapshot_, pair.socket->slot));
        }
        const std::vector<Inspection> answers = source.inspect(peers, true);
        const std::vector<Inspection> still = source.inspect(sockets, false);
        for (std::size_t i = 0; i < pairs_.size(); ++i) {
            const bool holds = still[i].verdict == Inspection::Verdict::alive &&
                               still[i].facts.socket.peer == pairs_[i].peer;
            const bool held = answers[i].facts.socket.peer == pairs_[i].socket->slot.address;
            if (answers[i].verdict == Inspection::Verdict::alive && (holds || held))
                describe(pairs_[i], answers[i]);
        }
    }

  private:
    void describe(const Pair& pair, const Inspection& peer) const {
        Details& details = *pair.details;
        const SocketFacts& facts = peer.facts.socket;
        details["peer"] = facts.orphan ? "closed" : facts.no_file ? "not accepted" : "open";
        for (const char* name : {"inode", "path"})
            if (const auto found = peer.details.find(name); found != peer.details.end())
                details[std::string("peer_") + name] = found->second;
        if (std::string who = holders_text(snapshot_.holders.of(pair.peer), snapshot_.taken_at_ns);
            !who.empty())
            details["peer_held_by"] = std::move(who);
    }

    const Snapshot& snapshot_;
    const SocketRelations relations_;
    std::unordered_map<std::uint64_t, const LiveObject*> sockets_;
    std::vector<Pair> pairs_;
};

} // namespace

void describe_sockets(SocketSection& section, EventSource& source) {
    std::vector<InspectRequest> requests;
    std::vector<ReportSocket*> sockets;
    for (SocketGroup& group : section.groups)
        for (ReportSocket& socket : group.sockets) {
            requests.push_back(request_for(socket.address));
            sockets.push_back(&socket);
        }
    std::vector<Inspection> answers = source.inspect(requests, true);
    for (std::size_t i = 0; i < std::min(answers.size(), sockets.size()); ++i)
        if (answers[i].verdict == Inspection::Verdict::alive &&
            (sockets[i]->cookie == 0 || answers[i].facts.socket.cookie == sockets[i]->cookie))
            sockets[i]->details = std::move(answers[i].details);
}

void name_unix_peers(Report& report, const AnalyzedGroups& analyzed, const Snapshot& snapshot,
                     EventSource& source) {
    Peers peers(snapshot);
    for (std::size_t i = 0; i < report.groups.size(); ++i)
        for (std::size_t k = 0; k < report.groups[i].objects.size(); ++k)
            peers.want(analyzed.groups[i].objects[k].slot.address,
                       report.groups[i].objects[k].details);
    for (auto* section : {&report.pre_attach_sockets, &report.hidden_sockets})
        if (*section)
            for (SocketGroup& group : (*section)->groups)
                for (ReportSocket& socket : group.sockets)
                    peers.want(socket.address, socket.details);
    peers.describe(source);
}

} // namespace unfreed::look
