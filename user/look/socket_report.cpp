// SPDX-License-Identifier: BSD-2-Clause
#include "look/socket_report.h"

#include "analyze/other_sockets.h"
#include "analyze/socket_groups.h"
#include "analyze/socket_relations.h"
#include "analyze/socket_state.h"
#include "base/log.h"
#include "look/socket_details.h"
#include "look/survivor_details.h"
#include "report/humanize.h"
#include "track/proc_process_reader.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <span>
#include <thread>
#include <unordered_set>
#include <utility>

namespace unfreed::look {
namespace {

// By far enough for a socket to get from one step of its end to the next.
constexpr std::chrono::milliseconds kEndOfASocket{100};

bool held_by(const ListedSocket& socket, const std::set<std::uint32_t>& tgids) {
    return std::any_of(socket.holders.begin(), socket.holders.end(),
                       [&](const SocketHolder& holder) { return tgids.contains(holder.tgid); });
}

Inspect reader(EventSource& source) {
    return [&source](std::span<const InspectRequest> requests) {
        return source.inspect(requests, false);
    };
}

// Those that can be judged: older than the trace, or traced and old enough. In between socket() and
// bind() or connect() every socket is hidden for a moment.
std::vector<const LiveObject*> judged_sockets(const Snapshot& snapshot, std::uint64_t min_age_ns) {
    std::vector<const LiveObject*> sockets;
    for (const OtherSocket& other : snapshot.other_sockets)
        if (other.pre_attach)
            sockets.push_back(&other.object);
    for (const LiveObject& object : snapshot.objects)
        if (socket_facts_of(object) != nullptr &&
            object.slot.birth_ns + min_age_ns <= snapshot.taken_at_ns)
            sockets.push_back(&object);
    return sockets;
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
                                  const SocketCensus& census, EventSource& source) {
    HiddenSockets found;
    for (int round = 0; round < 2 && !known.empty(); ++round) {
        const auto shown = census.shown();
        if (!shown)
            return fail(shown.error());
        std::vector<InspectRequest> requests;
        for (const LiveObject* socket : known)
            requests.push_back(inspect_request(snapshot, socket->slot));
        std::vector<const LiveObject*> hidden;
        inspect_each(reader(source), requests, [&](std::size_t i, const Inspection& answer) {
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

std::optional<std::uint64_t> growth(const std::optional<std::uint64_t>& start,
                                    const std::optional<std::uint64_t>& end) {
    if (!start || !end)
        return std::nullopt;
    return *end - std::min(*start, *end);
}

TcpReport tcp_report(const TcpCounters& start, const TcpCounters& end) {
    const auto page_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    const auto bytes = [&](const std::optional<std::uint64_t>& pages) {
        return pages ? std::optional(*pages * page_bytes) : std::nullopt;
    };
    TcpReport tcp;
    tcp.aborted_on_memory = growth(start.abort_on_memory, end.abort_on_memory);
    tcp.memory_pressures = growth(start.memory_pressures, end.memory_pressures);
    tcp.orphans = {start.orphans, end.orphans};
    tcp.max_orphans = end.max_orphans;
    tcp.memory_bytes = {bytes(start.memory_pages), bytes(end.memory_pages)};
    tcp.memory_limits_bytes = end.memory_limits_pages;
    if (tcp.memory_limits_bytes)
        for (std::uint64_t& limit : *tcp.memory_limits_bytes)
            limit *= page_bytes;
    return tcp;
}

} // namespace

void SocketReport::load() {
    tcp_at_start_ = TcpCounters::read();
    auto census = SocketCensus::load();
    if (!census) {
        log::debug(census.error().message);
        notes_.emplace_back("sockets that are older than the trace: " + census.error().message);
        return;
    }
    census_.emplace(std::move(*census));
    if (!census_->missing().empty())
        notes_.push_back(fmt::format("sockets that are older than the trace and of these kinds "
                                     "only: {} (the kernel has no such iterators)",
                                     fmt::join(census_->missing(), ", ")));
}

// What a process holds is found by its descriptors, whatever namespace it is in.
void SocketReport::note_namespaces(const SocketCensus::List& list) {
    if (!targets_.empty() && !files_missing())
        return;
    namespaces_missing_ = list.namespaces.refused;
    if (namespaces_missing_ != 0)
        notes_.push_back(
            fmt::format("sockets that are older than the trace, are in no descriptor "
                        "and belong to {} that could not be entered ({})",
                        human_count(namespaces_missing_, "network namespace", "network namespaces"),
                        why_not_entered(list.namespaces)));
    if (list.hidden_namespaces == 0)
        return;
    namespaces_missing_ += list.hidden_namespaces;
    notes_.push_back(fmt::format(
        "sockets that are older than the trace, are in no descriptor and belong to {} "
        "in which only processes are that this one may not look at",
        human_count(list.hidden_namespaces, "network namespace", "network namespaces")));
}

bool SocketReport::files_missing() const {
    const std::vector<std::string>& missing = census_->missing();
    return std::find(missing.begin(), missing.end(), "files") != missing.end();
}

void SocketReport::take_pre_attach(EventSource& source, const std::vector<std::uint32_t>& targets,
                                   std::span<const std::uint32_t> workers) {
    if (!census_)
        return;
    targets_.insert(targets.begin(), targets.end());
    auto list = census_->list(workers);
    if (!list) {
        notes_.push_back("sockets that are older than the trace: " + list.error().message);
        return;
    }
    note_namespaces(*list);
    std::unordered_set<std::uint64_t> traced;
    for (const TableObject& object : source.read_table(UINT64_MAX).objects)
        if (object.object_class == ObjectClass::socket)
            traced.insert(object.address);
    for (ListedSocket& socket : list->sockets)
        if (!traced.contains(socket.address) && (targets_.empty() || held_by(socket, targets_)))
            pre_attach_.push_back(std::move(socket));
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

void SocketReport::read_others(Snapshot& snapshot, EventSource& source) const {
    const Inspect look = reader(source);
    add_other_sockets(snapshot, look, pre_attach_, true, [](const SocketFacts&) { return true; });
    add_unix_peers(snapshot, look, closed_peers_);
    note_living_peers(snapshot);
    const UnknownRelations unknown = unknown_relations(snapshot);
    if (!unknown.any() || !census_)
        return;
    auto list = census_->list();
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

void SocketReport::settle_others(Snapshot& snapshot, EventSource& source) const {
    settle_other_sockets(snapshot, reader(source), [&](bool wait) {
        if (wait)
            std::this_thread::sleep_for(kEndOfASocket);
        snapshot.holders = read_holders(snapshot, source);
    });
    ProcProcessReader processes;
    const auto name_holders = [&](const LiveObject& object) {
        for (const Holder& holder : snapshot.holders.of(object.slot.address))
            if (auto [name, is_new] = snapshot.holder_names.try_emplace(holder.tgid); is_new)
                name->second = processes.comm_at(holder.tgid, snapshot.taken_at_ns);
    };
    for_each_socket(snapshot, [&](const LiveObject& object, const SocketFacts& socket) {
        if (object.slot.tgid == 0 || socket.peer != 0)
            name_holders(object);
    });
}

void SocketReport::add_to(Report& report, const ReportOptions& options, const Snapshot& snapshot,
                          EventSource& source) const {
    report.notes.insert(report.notes.end(), notes_.begin(), notes_.end());
    report.tcp = tcp_report(tcp_at_start_, TcpCounters::read());
    if (!census_)
        return;
    ProcProcessReader processes;
    SocketGroupOptions grouping;
    grouping.top = options.top;
    grouping.sockets_per_group = options.objects_per_group;
    grouping.process = [&](std::uint32_t tgid) {
        return processes.names_at(tgid, snapshot.taken_at_ns);
    };
    const SocketRelations relations(snapshot);
    const auto section_of = [&](std::span<const LiveObject* const> sockets) {
        SocketSection section = group_sockets(sockets, snapshot, relations, grouping);
        describe_sockets(section, source);
        return section;
    };

    if (taken_) {
        std::vector<const LiveObject*> older;
        for (const OtherSocket& other : snapshot.other_sockets)
            if (other.pre_attach)
                older.push_back(&other.object);
        report.pre_attach_sockets = section_of(older);
    }
    const auto hidden =
        find_hidden(judged_sockets(snapshot, options.min_age_ns), snapshot, *census_, source);
    if (!hidden) {
        report.notes.push_back("sockets that ss does not show: " + hidden.error().message);
        return;
    }
    report.hidden_sockets = section_of(hidden->sockets);
    if (hidden->not_asked != 0)
        report.notes.push_back(fmt::format(
            "whether ss shows {}: they belong to network namespaces that could not be entered",
            human_count(hidden->not_asked, "socket", "sockets")));
    for (const DiagKind kind : hidden->unavailable)
        report.notes.push_back(fmt::format("which {} sockets ss does not show: sock_diag does not "
                                           "list them here (module {}_diag)",
                                           to_string(kind), to_string(kind)));
}

} // namespace unfreed::look
