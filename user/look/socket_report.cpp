// SPDX-License-Identifier: BSD-2-Clause
#include "look/socket_report.h"

#include "analyze/other_sockets.h"
#include "analyze/socket_relations.h"
#include "analyze/socket_state.h"
#include "base/log.h"
#include "judgement/socket_sections.h"
#include "report/humanize.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <unordered_set>
#include <utility>

namespace unfreed::look {
namespace {

bool held_by(const ListedSocket& socket, const std::set<std::uint32_t>& tgids) {
    return std::any_of(socket.holders.begin(), socket.holders.end(),
                       [&](const SocketHolder& holder) { return tgids.contains(holder.tgid); });
}

Inspect reader(Witness& witness) {
    return [&witness](std::span<const InspectRequest> requests) {
        return witness.inspect(requests, false);
    };
}

struct HiddenSockets {
    std::vector<const LiveObject*> sockets;
    std::set<DiagKind> unavailable; // kinds that are not among them, because nobody dumps them
    std::size_t not_asked = 0;      // sockets in network namespaces that could not be entered
};

// Those that are alive and not shown. Asked twice: a dump that runs while sockets move from one
// table to another may miss some. Read again after each: what died meanwhile is not hidden, and
// what was shown has a cookie by then.
Result<HiddenSockets> find_hidden(std::vector<const LiveObject*> known, const Snapshot& snapshot,
                                  Witness& witness) {
    HiddenSockets found;
    for (int round = 0; round < 2 && !known.empty(); ++round) {
        const auto shown = witness.shown_sockets();
        if (!shown)
            return fail(shown.error());
        std::vector<InspectRequest> requests;
        for (const LiveObject* socket : known)
            requests.push_back(inspect_request(snapshot, socket->slot));
        std::vector<const LiveObject*> hidden;
        inspect_each(reader(witness), requests, [&](std::size_t i, const Inspection& answer) {
            const SocketFacts& before = known[i]->facts->socket;
            const SocketFacts& now = answer.facts.socket;
            if (answer.verdict != Inspection::Verdict::alive ||
                (before.cookie != 0 && before.cookie != now.cookie))
                return;
            const DiagKind kind = diag_kind(now.family, now.type, now.protocol);
            if (!shown->namespaces.entered.contains(now.netns))
                ++found.not_asked;
            else if (shown->sockets.unavailable.contains(kind))
                found.unavailable.insert(kind);
            else if (!shown->sockets.cookies.contains(now.cookie))
                hidden.push_back(known[i]);
        });
        known = std::move(hidden);
    }
    found.sockets = std::move(known);
    return found;
}

std::string why_not_entered(const NetnsVisit& visit) {
    if (visit.error == EPERM)
        return "CAP_SYS_ADMIN is missing";
    return std::strerror(visit.error);
}

} // namespace

void SocketReport::load(Witness& witness, Surroundings& surroundings) {
    tcp_at_start_ = surroundings.tcp_counters();
    auto missing = witness.prepare_socket_lists();
    if (!missing) {
        log::debug(missing.error().message);
        notes_.emplace_back("sockets that are older than the trace: " + missing.error().message);
        return;
    }
    can_list_ = true;
    missing_ = std::move(*missing);
    if (!missing_.empty())
        notes_.push_back(fmt::format("sockets that are older than the trace and of these kinds "
                                     "only: {} (the kernel has no such iterators)",
                                     fmt::join(missing_, ", ")));
}

// What a process holds is found by its descriptors, whatever namespace it is in.
void SocketReport::note_namespaces(const SocketList& list) {
    if (!targets_.empty() && !files_missing())
        return;
    namespaces_missing_ = list.namespaces.refused;
    if (namespaces_missing_ != 0)
        notes_.push_back(
            fmt::format("sockets that are older than the trace, are in no descriptor "
                        "and belong to {} that could not be entered ({})",
                        human_count(namespaces_missing_, "network namespace", "network namespaces"),
                        why_not_entered(list.namespaces)));
    hidden_processes_ = list.hidden_processes;
    if (list.hidden_namespaces == 0)
        return;
    namespaces_missing_ += list.hidden_namespaces;
    notes_.push_back(fmt::format(
        "sockets that are older than the trace, are in no descriptor and belong to {} "
        "in which only processes are that this one may not look at",
        human_count(list.hidden_namespaces, "network namespace", "network namespaces")));
}

bool SocketReport::files_missing() const {
    return std::find(missing_.begin(), missing_.end(), "files") != missing_.end();
}

void SocketReport::take_pre_attach(EventSource& source, const std::vector<std::uint32_t>& targets,
                                   std::span<const std::uint32_t> workers) {
    if (!can_list_)
        return;
    targets_.insert(targets.begin(), targets.end());
    auto list = source.list_sockets(true, workers);
    if (!list) {
        notes_.push_back("sockets that are older than the trace: " + list.error().message);
        return;
    }
    note_namespaces(*list);
    std::unordered_set<std::uint64_t> traced;
    for (const TableObject& object : source.read_table(UINT64_MAX).objects)
        if (object.object_class == ObjectClass::socket)
            traced.insert(object.address);
    for (ListedSocket& socket : list->sockets) {
        if (traced.contains(socket.address))
            continue;
        if (targets_.empty() || held_by(socket, targets_))
            pre_attach_.push_back(std::move(socket));
        else if (socket.holders.empty() && !files_missing())
            in_no_descriptor_.push_back(std::move(socket));
    }
    taken_ = true;
    if (!targets_.empty())
        return;
    Snapshot now;
    add_other_sockets(now, reader(source), pre_attach_, true, [](const SocketFacts& socket) {
        return is_unix(socket) && socket.peer_dead;
    });
    for (const OtherSocket& other : now.other_sockets)
        if (!traced.contains(other.object.facts->socket.peer))
            closed_peers_.insert(other.object.facts->socket.peer);
}

void SocketReport::read_others(Snapshot& snapshot, Witness& witness) const {
    const Inspect look = reader(witness);
    snapshot.hidden_processes = hidden_processes_;
    add_other_sockets(snapshot, look, pre_attach_, true, [](const SocketFacts&) { return true; });
    add_connections(snapshot, look, in_no_descriptor_);
    add_unix_peers(snapshot, look, closed_peers_);
    note_living_peers(snapshot);
    const UnknownRelations unknown = unknown_relations(snapshot);
    if (!unknown.any() || !can_list_)
        return;
    // Listeners and living unix sockets are in the tables; descriptors tell of no others, but for
    // those in namespaces that cannot be entered.
    auto list = witness.list_sockets(false, {});
    if (list && list->namespaces.refused + list->hidden_namespaces != 0)
        list = witness.list_sockets(true, {});
    if (!list) {
        log::debug(list.error().message);
        return;
    }
    std::unordered_set<std::uint64_t> known;
    for_each_socket(snapshot, [&](const LiveObject& object, const SocketFacts&) {
        known.insert(object.slot.address);
    });
    std::erase_if(list->sockets,
                  [&](const ListedSocket& socket) { return known.contains(socket.address); });
    add_other_sockets(snapshot, look, list->sockets, false,
                      [&](const SocketFacts& socket) { return unknown.concerns(socket); });
    note_living_peers(snapshot);
}

SocketLook SocketReport::look(const Snapshot& snapshot, std::uint64_t min_age_ns, Witness& witness,
                              Surroundings& surroundings) const {
    SocketLook look;
    look.listed_older = taken_;
    look.notes = notes_;
    look.namespaces_missing = namespaces_missing_;
    look.tcp_start = tcp_at_start_;
    look.tcp_now = surroundings.tcp_counters();
    look.page_bytes = surroundings.page_bytes();
    if (!can_list_)
        return look;
    const auto hidden = find_hidden(judged_sockets(snapshot, min_age_ns), snapshot, witness);
    if (!hidden) {
        look.notes.push_back("sockets that ss does not show: " + hidden.error().message);
        return look;
    }
    look.asked_ss = true;
    for (const LiveObject* socket : hidden->sockets)
        look.hidden.insert(socket->slot.address);
    if (hidden->not_asked != 0)
        look.notes.push_back(fmt::format(
            "whether ss shows {}: they belong to network namespaces that could not be entered",
            human_count(hidden->not_asked, "socket", "sockets")));
    for (const DiagKind kind : hidden->unavailable)
        look.notes.push_back(fmt::format("which {} sockets ss does not show: sock_diag does not "
                                         "list them here (module {}_diag)",
                                         to_string(kind), to_string(kind)));
    return look;
}

} // namespace unfreed::look
