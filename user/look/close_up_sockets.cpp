// SPDX-License-Identifier: BSD-2-Clause
#include "look/close_up_sockets.h"

#include "analyze/revalidate.h"
#include "analyze/socket_relations.h"
#include "analyze/socket_state.h"

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
};

std::string holders_text(std::span<const Holder> holders, const Survey& survey) {
    constexpr std::size_t kShown = 3;
    const auto comm_of = [&](std::uint32_t tgid) {
        const auto known = survey.holders.find(tgid);
        return known != survey.holders.end() ? known->second.comm : std::string();
    };
    std::string text;
    for (const Holder& holder : holders.first(std::min(holders.size(), kShown)))
        text += fmt::format("{}{}[{}] fd {}", text.empty() ? "" : ", ", comm_of(holder.tgid),
                            holder.tgid, holder.fd);
    if (holders.size() > kShown)
        text += fmt::format(" and {} more", holders.size() - kShown);
    return text;
}

class Peers {
  public:
    explicit Peers(Survey& survey) : survey_(survey), relations_(survey.snapshot) {
        for_each_socket(survey.snapshot,
                        [this](const LiveObject& object, const SocketFacts& socket) {
                            if (is_unix(socket))
                                sockets_.emplace(object.slot.address, &object);
                        });
    }

    void want(std::uint64_t address) {
        const auto found = sockets_.find(address);
        if (found == sockets_.end())
            return;
        const SocketFacts& socket = found->second->facts->socket;
        const auto& holding = relations_.connected_to(address);
        if (socket.peer)
            pairs_.push_back({found->second, socket.peer});
        else if (socket.orphan && !holding.empty())
            pairs_.push_back({found->second, holding.front()->slot.address});
    }

    // A peer that is still the same after it was read was read alive: a socket holds the one that
    // it is connected to.
    void describe(Witness& witness) {
        std::vector<InspectRequest> peers, sockets;
        for (const Pair& pair : pairs_) {
            peers.push_back(request_for(pair.peer));
            sockets.push_back(inspect_request(survey_.snapshot, pair.socket->slot));
        }
        const std::vector<Inspection> answers = witness.inspect(peers, true);
        const std::vector<Inspection> still = witness.inspect(sockets, false);
        const std::size_t read = std::min({answers.size(), still.size(), pairs_.size()});
        for (std::size_t i = 0; i < read; ++i) {
            const bool holds = still[i].verdict == Inspection::Verdict::alive &&
                               still[i].facts.socket.peer == pairs_[i].peer;
            const bool held = answers[i].facts.socket.peer == pairs_[i].socket->slot.address;
            if (answers[i].verdict == Inspection::Verdict::alive && (holds || held))
                describe(pairs_[i], answers[i]);
        }
    }

  private:
    void describe(const Pair& pair, const Inspection& peer) {
        Details& details = survey_.closeups.peers[pair.socket->slot.address];
        const SocketFacts& facts = peer.facts.socket;
        details["peer"] = facts.orphan ? "closed" : facts.no_file ? "not accepted" : "open";
        for (const char* name : {"inode", "path"})
            if (const auto found = peer.details.find(name); found != peer.details.end())
                details[std::string("peer_") + name] = found->second;
        if (std::string who = holders_text(survey_.snapshot.holders.of(pair.peer), survey_);
            !who.empty())
            details["peer_held_by"] = std::move(who);
    }

    Survey& survey_;
    const SocketRelations relations_;
    std::unordered_map<std::uint64_t, const LiveObject*> sockets_;
    std::vector<Pair> pairs_;
};

template <class Visit>
void for_each_listed(const Findings& findings, Visit visit) {
    for (const auto* section : {&findings.pre_attach_sockets, &findings.hidden_sockets})
        if (*section)
            for (const SocketGroup& group : (*section)->groups)
                for (const ReportSocket& socket : group.sockets)
                    visit(socket);
}

} // namespace

void close_up_on_listed_sockets(Survey& survey, const Findings& findings, Witness& witness) {
    std::vector<InspectRequest> requests;
    std::vector<const ReportSocket*> sockets;
    for_each_listed(findings, [&](const ReportSocket& socket) {
        requests.push_back(request_for(socket.address));
        sockets.push_back(&socket);
    });
    std::vector<Inspection> answers = witness.inspect(requests, true);
    for (std::size_t i = 0; i < std::min(answers.size(), sockets.size()); ++i)
        if (answers[i].verdict == Inspection::Verdict::alive &&
            (sockets[i]->cookie == 0 || answers[i].facts.socket.cookie == sockets[i]->cookie))
            survey.closeups.sockets[sockets[i]->address] = std::move(answers[i].details);
}

void close_up_on_peers(Survey& survey, const Findings& findings, Witness& witness) {
    Peers peers(survey);
    for (const AnalyzedGroup& group : findings.analyzed.groups)
        for (const LiveObject& object : group.objects)
            peers.want(object.slot.address);
    for_each_listed(findings, [&](const ReportSocket& socket) { peers.want(socket.address); });
    peers.describe(witness);
}

} // namespace unfreed::look
