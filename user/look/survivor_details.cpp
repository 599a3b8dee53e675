// SPDX-License-Identifier: BSD-2-Clause
#include "look/survivor_details.h"

#include "analyze/dentry_holders.h"
#include "analyze/holders.h"
#include "analyze/revalidate.h"
#include "analyze/socket_relations.h"
#include "look/dentry_paths.h"
#include "symbolize/mounts.h"
#include "track/proc_process_reader.h"

#include <algorithm>
#include <span>
#include <utility>

namespace unfreed::look {
namespace {

void name_holders(std::vector<ReportHolder>& holders, std::uint64_t time_ns) {
    ProcProcessReader processes;
    for (ReportHolder& holder : holders)
        holder.comm = processes.comm_at(holder.pid, time_ns);
}

} // namespace

HolderIndex read_holders(const Snapshot& snapshot, EventSource& source) {
    std::vector<std::uint64_t> addresses;
    const auto add = [&](const LiveObject& object) {
        addresses.push_back(object.slot.address);
        if (const SocketFacts* socket = socket_facts_of(object); socket && socket->peer)
            addresses.push_back(socket->peer);
    };
    for (const LiveObject& object : snapshot.objects)
        if (object.slot.object_class != ObjectClass::slab)
            add(object);
    for (const OtherSocket& other : snapshot.other_sockets)
        add(other.object);
    std::sort(addresses.begin(), addresses.end());
    return addresses.empty() ? HolderIndex(std::vector<Holder>()) : source.read_holders(addresses);
}

void judge_references(Snapshot& snapshot, EventSource& source, names::Naming& naming) {
    const std::optional<Mounts> mounts = naming.mounts(0);
    const auto path_in_fs = [](const DentryLocation& at) {
        return (at.directory == "/" ? std::string() : at.directory) + "/" + at.name;
    };
    note_holders(
        snapshot, [&](auto requests) { return source.inspect(requests, true); },
        [&](const DentryLocation& at) {
            return mounts ? mounts->references(at.device, path_in_fs(at)) : 0;
        },
        [&, unseen = naming.unseen_users()](const DentryLocation& at) {
            // A mount that was not read may be the one.
            return !mounts || mounts->is_cut() ||
                   unseen.may_hold(at.device, mounts->full_path(at.device, path_in_fs(at)));
        });
}

void describe_holders(Report& report, const AnalyzedGroups& analyzed, const Snapshot& snapshot) {
    for (std::size_t i = 0; i < report.groups.size(); ++i) {
        Group& group = report.groups[i];
        name_holders(group.holders, snapshot.taken_at_ns);
        for (std::size_t k = 0; k < group.objects.size(); ++k) {
            const LiveObject& object = analyzed.groups[i].objects[k];
            group.objects[k].holders = held_objects({&object}, snapshot.holders).holders;
            name_holders(group.objects[k].holders, snapshot.taken_at_ns);
        }
    }
}

void describe_objects(Report& report, const AnalyzedGroups& analyzed, const Snapshot& snapshot,
                      EventSource& source, names::Naming& naming) {
    std::vector<InspectRequest> requests;
    for (const AnalyzedGroup& group : analyzed.groups)
        for (const LiveObject& object : group.objects)
            requests.push_back(inspect_request(snapshot, object.slot));
    const std::vector<Inspection> answers = source.inspect(requests, true);
    std::span<const Inspection> rest = answers;
    DentryPaths paths(naming);
    for (std::size_t i = 0; i < report.groups.size(); ++i) {
        Group& group = report.groups[i];
        const auto mine = rest.first(std::min(group.objects.size(), rest.size()));
        rest = rest.subspan(mine.size());
        for (std::size_t j = 0; j < mine.size(); ++j)
            group.objects[j].details = mine[j].details;
        paths.name(group, analyzed.groups[i], mine);
    }
}

} // namespace unfreed::look
