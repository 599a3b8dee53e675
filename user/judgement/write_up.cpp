// SPDX-License-Identifier: BSD-2-Clause
#include "judgement/write_up.h"

#include "analyze/estimate.h"
#include "analyze/holders.h"
#include "judgement/dentry_paths.h"
#include "judgement/judgement.h"
#include "judgement/socket_sections.h"
#include "model/counter.h"
#include "report/address_policy.h"
#include "report/cache_names.h"
#include "report/recycled.h"
#include "report/report_builder.h"

#include <algorithm>
#include <utility>

namespace unfreed {
namespace {

const char* mode_name(TraceMode mode) {
    return mode == TraceMode::run ? "run" : mode == TraceMode::pid ? "pid" : "host";
}

SampleReport sample_of(const Survey& survey) {
    const TraceFacts& trace = survey.trace;
    SampleReport sample;
    sample.one_in = survey.snapshot.one_in;
    sample.asked_one_in = trace.asked_one_in;
    if (trace.thinned_at_ns)
        sample.thinned_after_ns =
            *trace.thinned_at_ns - std::min(*trace.thinned_at_ns, trace.started_ns);
    sample.smallest_sure_group = smallest_sure_group(sample.one_in);
    return sample;
}

Report::Trace trace_of(const Survey& survey) {
    const TraceFacts& from = survey.trace;
    Report::Trace trace;
    trace.started_at = from.started_at;
    trace.duration_ns = survey.snapshot.taken_at_ns - from.started_ns;
    trace.mode = mode_name(from.mode);
    trace.targets = from.targets;
    trace.command = from.command;
    if (from.command_status)
        trace.command_status = static_cast<std::uint32_t>(*from.command_status);
    trace.repeats = from.repeats;
    trace.aim = from.aim;
    for (ObjectClass object_class : from.classes)
        trace.classes.emplace_back(to_string(object_class));
    trace.sample = sample_of(survey);
    trace.min_age_ns = from.min_age_ns;
    trace.stacks = from.always_walk ? "always" : "adaptive";
    return trace;
}

// What a reader must know before believing the numbers of this host.
std::vector<std::string> notes_on(const Sight& sight, const TraceFacts& trace) {
    std::vector<std::string> notes;
    if (sight.kmem_births && !sight.sees_bulk_frees && wants(trace, ObjectClass::slab))
        notes.emplace_back("slab objects that are freed in bulk or by kfree_rcu() (socket buffers, "
                           "maple_node, epoll and others) give no event here: nothing is claimed "
                           "of them");
    if (!(sight.visible_stages & UF_STAGE_MEM_HELD) && wants(trace, ObjectClass::socket))
        notes.emplace_back("sockets that die with memory still charged to them "
                           "(memory-not-returned) cannot be told here: no function can be hooked");
    if (sight.kmem_births && !sight.knows_every_cache && sight.legacy)
        notes.emplace_back("the allocation tracepoints of this kernel do not tell the slab cache, "
                           "and the map of its pages was not found in /proc/kallsyms: objects are "
                           "told apart by call site and size only");
    return notes;
}

void add_notes(Report& report, const Survey& survey) {
    report.notes = notes_on(survey.sight, survey.trace);
    report.notes.insert(report.notes.end(), survey.notes.begin(), survey.notes.end());
    if (survey.sockets)
        report.notes.insert(report.notes.end(), survey.sockets->notes.begin(),
                            survey.sockets->notes.end());
}

void add_losses(Report& report, const Survey& survey, const AnalyzedGroups& analyzed) {
    Counters counters = survey.counters;
    counters.set(Counter::ORIGIN_UNKNOWN, analyzed.objects_without_origin);
    counters.set(Counter::ORIGIN_LOST, analyzed.objects_not_grouped);
    counters.set(Counter::NOT_JUDGED, objects_not_judged(analyzed));
    report.complete = counters.complete();
    report.losses = counters.to_losses();
    // What would help depends on what this trace has used already.
    for (Loss& loss : report.losses)
        if (loss.counter == "recursion_misses")
            loss.meaning += "; " + survey.sight.advice_on_skipping;
    report.totals.births = survey.totals.births;
    report.totals.deaths = survey.totals.deaths;
    report.totals.outstanding = analyzed.outstanding;
    report.totals.unknown_deaths = counters.get(Counter::UNKNOWN_DEATHS);
    report.totals.births_on_live_address = counters.get(Counter::BIRTH_ON_LIVE);
}

// What is not named are addresses.
std::vector<Frame> user_frames(const Closeups& closeups, const Program& program,
                               const std::vector<std::uint64_t>& stack) {
    if (const auto known = closeups.user_frames.find({program, stack});
        known != closeups.user_frames.end())
        return known->second;
    std::vector<Frame> frames(stack.size());
    for (std::size_t i = 0; i < stack.size(); ++i)
        frames[i].address = stack[i];
    return frames;
}

void name_holders(std::vector<ReportHolder>& holders, const Survey& survey) {
    for (ReportHolder& holder : holders)
        if (const auto known = survey.holders.find(holder.pid); known != survey.holders.end())
            holder.comm = known->second.comm;
}

void add_peer(std::map<std::string, std::string>& details, std::uint64_t address,
              const Closeups& closeups) {
    if (const auto peer = closeups.peers.find(address); peer != closeups.peers.end())
        for (const auto& [name, value] : peer->second)
            details[name] = value;
}

void describe_object(ReportObject& object, const LiveObject& from, const Survey& survey) {
    const TableObject& slot = from.slot;
    if (const auto closeup = survey.closeups.objects.find({slot.address, slot.birth_ns});
        closeup != survey.closeups.objects.end())
        object.details = closeup->second.details;
    if (slot.object_class == ObjectClass::socket)
        add_peer(object.details, slot.address, survey.closeups);
    object.holders = held_objects({&from}, survey.snapshot.holders).holders;
    name_holders(object.holders, survey);
}

void describe(Group& group, const AnalyzedGroup& from, const Survey& survey,
              const SlabNames& names) {
    if (group.object_class == ObjectClass::slab)
        group.merged_caches = likely_caches(names.merged_with(group.cache), group.kernel_stack);
    name_holders(group.holders, survey);
    for (std::size_t i = 0; i < group.objects.size(); ++i)
        describe_object(group.objects[i], from.objects[i], survey);
    name_dentries(group, from, survey.closeups);
}

std::optional<SocketSection> described(std::optional<SocketSection> section,
                                       const Closeups& closeups) {
    if (section)
        for (SocketGroup& group : section->groups)
            for (ReportSocket& socket : group.sockets) {
                if (const auto details = closeups.sockets.find(socket.address);
                    details != closeups.sockets.end())
                    socket.details = details->second;
                add_peer(socket.details, socket.address, closeups);
            }
    return section;
}

Reclaim reclaim_of(const AnalyzedGroup& group, const Closeups::Reclaimed& reclaimed,
                   std::uint32_t one_in) {
    const auto count_in = [&](const std::vector<ObjectKey>& keys) {
        return one_in * static_cast<std::uint64_t>(std::count_if(
                            group.members.begin(), group.members.end(), [&](const ObjectKey& key) {
                                return std::binary_search(keys.begin(), keys.end(), key);
                            }));
    };
    return {count_in(reclaimed.freed), count_in(reclaimed.kept)};
}

void add_reclaim(Report& report, const Survey& survey, const AnalyzedGroups& analyzed) {
    if (!survey.closeups.reclaimed)
        return;
    const Closeups::Reclaimed& reclaimed = *survey.closeups.reclaimed;
    ReclaimReport& sum = report.reclaim.emplace(reclaimed.report);
    for (std::size_t i = 0; i < report.groups.size(); ++i) {
        const AnalyzedGroup& group = analyzed.groups[i];
        if (group.object_class != ObjectClass::dentry || group.members.empty())
            continue;
        const Reclaim reclaim = reclaim_of(group, reclaimed, survey.snapshot.one_in);
        report.groups[i].reclaim = reclaim;
        sum.dentries.reclaimed += reclaim.reclaimed;
        sum.dentries.remaining += reclaim.remaining;
    }
}

} // namespace

Report write_up(const Survey& survey, const Findings& findings) {
    const AnalyzedGroups& analyzed = findings.analyzed;
    Report report;
    report.tool = survey.tool;
    report.host = survey.host;
    report.trace = trace_of(survey);
    report.hooks = survey.hooks;
    report.dentries = findings.dentries;
    add_notes(report, survey);
    add_losses(report, survey, analyzed);
    report.groups =
        build_groups(analyzed, survey.snapshot.taken_at_ns, NamedAddresses(survey.kernel),
                     [&](const Program& program, const std::vector<std::uint64_t>& stack) {
                         return user_frames(survey.closeups, program, stack);
                     });
    report.last_moments = build_last_moments(
        analyzed, [&](const Program& program, const std::vector<std::uint64_t>& stack) {
            return user_frames(survey.closeups, program, stack);
        });
    report.freed_after_exit_unknown = analyzed.freed_after_exit_unknown;
    for (std::size_t i = 0; i < report.groups.size(); ++i)
        describe(report.groups[i], analyzed.groups[i], survey, findings.names);
    report.pre_attach_sockets = described(findings.pre_attach_sockets, survey.closeups);
    report.hidden_sockets = described(findings.hidden_sockets, survey.closeups);
    if (survey.sockets)
        report.tcp = tcp_report(*survey.sockets);
    add_coverage(report, findings.coverage, analyzed, findings.names);
    mark_recycled(report.groups, survey.books.processors);
    for (const std::uint64_t time_ns : analyzed.history_times_ns)
        report.trace.history_ns.push_back(time_ns - std::min(time_ns, survey.trace.started_ns));
    report.groups_omitted = analyzed.groups_omitted;
    report.look_omitted = analyzed.look_omitted;
    report.alive_sums = analyzed.alive_sums;
    if (survey.books.start.memory && survey.books.now.memory)
        report.memory = {*survey.books.start.memory, *survey.books.now.memory};
    report.young_objects = analyzed.young_objects;
    add_reclaim(report, survey, analyzed);
    return report;
}

void show_addresses(Report& report, const AddressPolicy& addresses) {
    report.trace.kernel_addresses = addresses.name;
    if (addresses.name == "real")
        return;
    for_each_address(report, [&](std::uint64_t& address) {
        const auto shown = addresses.shown.find(address);
        address = shown == addresses.shown.end() ? 0 : shown->second;
    });
}

} // namespace unfreed
