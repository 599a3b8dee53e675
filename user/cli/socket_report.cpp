// SPDX-License-Identifier: BSD-2-Clause
#include "cli/socket_report.h"

#include "analyze/socket_groups.h"
#include "base/log.h"
#include "track/proc_process_reader.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace unfreed::cli {
namespace {

using ByAddress = std::unordered_map<std::uint64_t, ListedSocket>;

bool held_by(const ListedSocket& socket, const std::set<std::uint32_t>& tgids) {
    return std::any_of(socket.holders.begin(), socket.holders.end(),
                       [&](const SocketHolder& holder) { return tgids.contains(holder.tgid); });
}

std::vector<InspectRequest> requests_for(const std::vector<ListedSocket>& sockets) {
    std::vector<InspectRequest> requests;
    requests.reserve(sockets.size());
    for (const ListedSocket& socket : sockets)
        requests.push_back({{socket.address, 0}, 0, ObjectClass::socket});
    return requests;
}

// Those that are alive and still the same. A cookie of 0 is not known yet: any will do.
std::vector<ReadSocket> read_sockets(const std::vector<ListedSocket>& sockets,
                                     EventSource& source) {
    std::vector<ReadSocket> alive;
    std::vector<Inspection> answers = source.inspect(requests_for(sockets), true);
    for (std::size_t i = 0; i < std::min(answers.size(), sockets.size()); ++i) {
        Inspection& answer = answers[i];
        const SocketFacts& facts = answer.facts.socket;
        if (answer.verdict != Inspection::Verdict::alive ||
            (sockets[i].cookie != 0 && facts.cookie != sockets[i].cookie))
            continue;
        alive.push_back({sockets[i], facts, std::move(answer.details)});
        alive.back().listed.cookie = facts.cookie;
    }
    return alive;
}

// Who has them now.
void find_holders(std::vector<ListedSocket>& sockets, const ByAddress& now) {
    for (ListedSocket& socket : sockets) {
        const auto found = now.find(socket.address);
        const bool same =
            found != now.end() && (socket.cookie == 0 || found->second.cookie == socket.cookie);
        socket.holders = same ? found->second.holders : std::vector<SocketHolder>();
        if (same)
            socket.cookie = found->second.cookie;
    }
}

ProcessInfo process_info(ProcProcessReader& reader, std::uint32_t tgid) {
    ProcessInfo info;
    info.comm = reader.comm(tgid).value_or("");
    info.exe = reader.exe(tgid).value_or("");
    info.cgroup = reader.cgroup(tgid).value_or("");
    return info;
}

std::vector<ListedSocket> addresses_of(const std::vector<ReadSocket>& sockets) {
    std::vector<ListedSocket> listed;
    for (const ReadSocket& socket : sockets)
        listed.push_back(socket.listed);
    return listed;
}

// Traced sockets that are old enough to be judged. In between socket() and bind() or connect()
// every socket is hidden for a moment.
std::vector<ListedSocket> traced_sockets(const Snapshot& snapshot, std::uint64_t min_age_ns) {
    std::vector<ListedSocket> sockets;
    for (const LiveObject& object : snapshot.objects)
        if (object.slot.object_class == ObjectClass::socket &&
            object.slot.birth_ns + min_age_ns <= snapshot.taken_at_ns)
            sockets.push_back({object.slot.address, 0, {}});
    return sockets;
}

// Those that are alive and not shown. Asked twice: a dump that runs while sockets move from one
// table to another may miss some. Read again after each: what died meanwhile is not hidden.
Result<std::vector<ReadSocket>> find_hidden(std::vector<ReadSocket> known,
                                            const SocketCensus& census, EventSource& source,
                                            std::set<DiagKind>& unavailable) {
    for (int round = 0; round < 2 && !known.empty(); ++round) {
        const auto shown = census.shown();
        if (!shown)
            return fail(shown.error());
        std::erase_if(known, [&](const ReadSocket& socket) {
            const DiagKind kind =
                diag_kind(socket.facts.family, socket.facts.type, socket.facts.protocol);
            if (shown->unavailable.contains(kind))
                unavailable.insert(kind);
            return shown->unavailable.contains(kind) ||
                   shown->cookies.contains(socket.facts.cookie);
        });
        known = read_sockets(addresses_of(known), source);
    }
    return known;
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

void SocketReport::take_pre_attach(EventSource& source, const std::vector<std::uint32_t>& targets) {
    if (!census_)
        return;
    targets_.insert(targets.begin(), targets.end());
    auto list = census_->list();
    if (!list) {
        notes_.push_back("sockets that are older than the trace: " + list.error().message);
        return;
    }
    if (list->netns_skipped != 0)
        notes_.push_back(fmt::format("sockets of {} network namespaces that cannot be entered",
                                     list->netns_skipped));
    std::unordered_set<std::uint64_t> traced;
    for (const TableObject& object : source.read_table(UINT64_MAX).objects)
        if (object.object_class == ObjectClass::socket)
            traced.insert(object.address);
    for (ListedSocket& socket : list->sockets)
        if (!traced.contains(socket.address) && (targets_.empty() || held_by(socket, targets_)))
            pre_attach_.push_back(std::move(socket));
    taken_ = true;
}

void SocketReport::add_to(Report& report, const Options& options, const Snapshot& snapshot,
                          EventSource& source) const {
    report.notes.insert(report.notes.end(), notes_.begin(), notes_.end());
    report.tcp = tcp_report(tcp_at_start_, TcpCounters::read());
    if (!census_)
        return;
    auto list = census_->list();
    if (!list) {
        report.notes.push_back("who holds which socket: " + list.error().message);
        return;
    }
    ByAddress now;
    for (ListedSocket& socket : list->sockets)
        now.emplace(socket.address, std::move(socket));

    ProcProcessReader processes;
    SocketGroupOptions grouping;
    grouping.top = options.top;
    grouping.sockets_per_group = options.objects_per_group;
    grouping.process = [&](std::uint32_t tgid) { return process_info(processes, tgid); };

    std::vector<ListedSocket> listed = pre_attach_;
    find_holders(listed, now);
    std::vector<ReadSocket> known = read_sockets(listed, source);
    if (taken_)
        report.pre_attach_sockets = group_sockets(known, grouping);

    listed = traced_sockets(snapshot, static_cast<std::uint64_t>(options.min_age.count()));
    find_holders(listed, now);
    for (ReadSocket& socket : read_sockets(listed, source))
        known.push_back(std::move(socket));
    std::set<DiagKind> unavailable;
    const auto hidden = find_hidden(std::move(known), *census_, source, unavailable);
    if (!hidden) {
        report.notes.push_back("sockets that ss does not show: " + hidden.error().message);
        return;
    }
    report.hidden_sockets = group_sockets(*hidden, grouping);
    for (const DiagKind kind : unavailable)
        report.notes.push_back(fmt::format("which {} sockets ss does not show: sock_diag does not "
                                           "list them here (module {}_diag)",
                                           to_string(kind), to_string(kind)));
}

} // namespace unfreed::cli
