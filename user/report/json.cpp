// SPDX-License-Identifier: BSD-2-Clause
#include "base/utf8.h"
#include "report/json_known.h"
#include "report/json_memory.h"
#include "report/json_object.h"
#include "report/json_value.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace unfreed {
namespace {

using Json = nlohmann::ordered_json;

std::string text(std::string_view value) {
    return escape_invalid_utf8(value);
}

// For strings of which the format says "null or ...".
Json text_or_null(std::string_view value) {
    return value.empty() ? Json() : Json(text(value));
}

template <class T>
Json number_or_null(const std::optional<T>& value) {
    return value ? Json(*value) : Json();
}

Json hex_or_null(std::uint64_t address) {
    return address == 0 ? Json() : Json(fmt::format("{:#x}", address));
}

// Applies one of the functions below to each element.
template <class List, class Function>
Json array_of(const List& list, Function convert) {
    Json array = Json::array();
    for (const auto& element : list)
        array.push_back(convert(element));
    return array;
}

} // namespace

Json frame_to_json(const Frame& frame) {
    const bool offset_known = !frame.function.empty() || !frame.module.empty();
    return object_of({{"function", text(frame.function)},
                      {"offset", offset_known ? Json(frame.offset) : Json()},
                      {"module", text(frame.module)},
                      {"file", text(frame.file)},
                      {"line", number_or_null(frame.line)},
                      {"inlined", frame.inlined},
                      {"address", hex_or_null(frame.address)}});
}

namespace {

Json from_process(const ReportProcess& process) {
    return object_of({{"pid", process.pid},
                      {"comm", text(process.comm)},
                      {"exe", text(process.exe)},
                      {"cgroup", text(process.cgroup)},
                      {"container", text(process.container)},
                      {"alive", process.alive},
                      {"count", process.count}});
}

Json from_holder(const ReportHolder& holder) {
    return {{"pid", holder.pid},
            {"comm", text(holder.comm)},
            {"objects", holder.objects},
            {"ways", array_of(holder.ways, text)},
            {"fds", holder.fds}};
}

Json from_details(const std::map<std::string, std::string>& details) {
    Json json = Json::object();
    for (const auto& [name, value] : details)
        json[text(name)] = text(value);
    return json;
}

Json from_object(const ReportObject& object) {
    Json stages = Json::object();
    for (const auto& [name, age_ns] : object.stages)
        stages[text(name)] = number_or_null(age_ns);
    return object_of({{"address", hex_or_null(object.address)},
                      {"age_ns", object.age_ns},
                      {"stages", stages},
                      {"details", from_details(object.details)},
                      {"holders", array_of(object.holders, from_holder)}});
}

Json from_ages(const std::optional<Ages>& ages) {
    if (!ages)
        return nullptr;
    return {{"min", ages->min}, {"p50", ages->p50}, {"max", ages->max}};
}

Json from_interval(const std::optional<Interval>& interval) {
    return interval ? Json::array({interval->low, interval->high}) : Json();
}

Json from_reclaim(const std::optional<Reclaim>& reclaim) {
    if (!reclaim)
        return nullptr;
    return {{"reclaimed", reclaim->reclaimed}, {"remaining", reclaim->remaining}};
}

Json from_given_up(const std::optional<GivenUp>& given_up) {
    if (!given_up)
        return nullptr;
    return {{"pid", given_up->pid ? Json(given_up->pid) : Json()},
            {"comm", text(given_up->comm)},
            {"context", text(given_up->context)},
            {"kernel_stack", array_of(given_up->kernel_stack, frame_to_json)}};
}

Json from_kernel_dentries(const KernelDentries& kernel) {
    return {{"total", number_or_null(kernel.total)},
            {"unused", number_or_null(kernel.unused)},
            {"negative", number_or_null(kernel.negative)},
            {"bytes", number_or_null(kernel.bytes)},
            {"inode_bytes", number_or_null(kernel.inode_bytes)},
            {"slab_bytes", number_or_null(kernel.slab_bytes)},
            {"slab_reclaimable_bytes", number_or_null(kernel.slab_reclaimable_bytes)}};
}

Json from_dentries(const std::optional<DentryOverview>& dentries) {
    if (!dentries)
        return nullptr;
    const TracedDentries& traced = dentries->traced;
    return {{"kernel", from_kernel_dentries(dentries->kernel)},
            {"traced",
             {{"total", traced.total},
              {"unused", traced.unused},
              {"negative", traced.negative},
              {"unknown", traced.unknown},
              {"bytes", number_or_null(traced.bytes)}}}};
}

Json from_reclaim_report(const std::optional<ReclaimReport>& reclaim) {
    if (!reclaim)
        return nullptr;
    return {{"reclaimed", reclaim->dentries.reclaimed},
            {"remaining", reclaim->dentries.remaining},
            {"rounds", reclaim->rounds},
            {"before", from_kernel_dentries(reclaim->before)},
            {"after", from_kernel_dentries(reclaim->after)},
            {"slab_before", number_or_null(reclaim->slab_before)},
            {"slab_after", number_or_null(reclaim->slab_after)}};
}

Json from_gates(const std::optional<GateFacts>& gates) {
    if (!gates)
        return nullptr;
    return object_of({{"age_ns", gates->age_ns},
                      {"survivors", gates->survivors},
                      {"died", gates->died},
                      {"exposure_s", gates->exposure_s},
                      {"cells", gates->cells},
                      {"cells_met", gates->cells_met},
                      {"moments", gates->moments},
                      {"largest_cell", gates->largest_cell},
                      {"last_third", gates->last_third},
                      {"older_gone", gates->older_gone},
                      {"steady", gates->steady},
                      {"p_out", gates->p_out},
                      {"p_now", gates->p_now},
                      {"p_grow", gates->p_grow},
                      {"p_grow_lowest", gates->p_grow_lowest},
                      {"confidence", gates->confidence}});
}

Json from_facts(const VerdictFacts& facts) {
    return object_of({{"window_ns", facts.window_ns},
                      {"structure", to_string(facts.structure)},
                      {"structure_reason", text(facts.structure_reason)},
                      {"gates", from_gates(facts.gates)},
                      {"confidence_at_half", number_or_null(facts.confidence_at_half)},
                      {"objects_per_hour", facts.objects_per_hour},
                      {"bytes_per_hour", number_or_null(facts.bytes_per_hour)},
                      {"sentence", text(facts.sentence)},
                      {"needs_ns", number_or_null(facts.needs_ns)}});
}

Json from_lifetime(const LifetimeBand& band) {
    return object_of({{"up_to_ns", band.up_to_ns}, {"died", band.died}, {"alive", band.alive}});
}

Json from_growths(const Growths& growths) {
    if (growths.empty())
        return nullptr;
    return {{"grew_in", grew_in(growths)},
            {"of", growths.size()},
            {"grows", grows_with_repeats(growths)},
            {"by", growths}};
}

Json from_thing(const ThingName& thing) {
    if (thing.singular.empty())
        return nullptr;
    return {{"singular", text(thing.singular)}, {"plural", text(thing.plural)}};
}

Json from_companion(const Companion& companion) {
    return {{"class", to_string(companion.object_class)},
            {"cache", text(companion.cache)},
            {"count", companion.count},
            {"bytes", number_or_null(companion.bytes)}};
}

Json from_exit_ways(const ExitWays& ways) {
    return {{"by_rcu", ways.by_rcu},
            {"by_worker", ways.by_worker},
            {"by_parent", ways.by_parent},
            {"unknown", ways.unknown}};
}

Json from_last_moments(const LastMoments& one) {
    return {{"pid", one.pid},
            {"comm", text(one.comm)},
            {"class", to_string(one.object_class)},
            {"cache", text(one.cache)},
            {"count", one.count},
            {"oldest_ns", one.oldest_ns},
            {"began_before_end_ns", one.began_before_end_ns},
            {"lasted_ns", one.lasted_ns},
            {"peak", one.peak},
            {"peak_after_ns", one.peak_after_ns},
            {"user_stack", array_of(one.user_stack, frame_to_json)}};
}

} // namespace

Json group_without_stacks(const Group& group) {
    return object_of({{"id", text(group.id)},
                      {"class", to_string(group.object_class)},
                      {"cache", text(group.cache)},
                      {"merged_caches", array_of(group.merged_caches, text)},
                      {"socket", text_or_null(group.socket)},
                      {"thing", from_thing(group.thing)},
                      {"kind", text(group.kind)},
                      {"verdict", to_string(group.verdict)},
                      {"evidence", text(group.evidence)},
                      {"judged", group.judged},
                      {"advice", text(group.advice)},
                      {"confidence", number_or_null(group.confidence)},
                      {"facts", from_facts(group.facts)},
                      {"attention", to_string(group.attention)},
                      {"companion", group.companion},
                      {"companions", array_of(group.companions, from_companion)},
                      {"count", group.count},
                      {"released_at_exit", group.released_at_exit},
                      {"released_after_exit", from_exit_ways(group.exit_ways)},
                      {"bytes", number_or_null(group.bytes)},
                      {"object_bytes", number_or_null(group.object_bytes)},
                      {"estimated", group.estimated},
                      {"interval", from_interval(group.interval)},
                      {"births", group.births},
                      {"deaths", group.deaths},
                      {"growth_per_s", number_or_null(group.growth_per_s)},
                      {"history", group.history},
                      {"lifetimes", array_of(group.lifetimes, from_lifetime)},
                      {"repeats", from_growths(group.repeats)},
                      {"age_ns", from_ages(group.age_ns)},
                      {"freed_lifetime_log2_ns", Json::array()},
                      {"processes", array_of(group.processes, from_process)},
                      {"holders", array_of(group.holders, from_holder)},
                      {"held", number_or_null(group.held)},
                      {"context", text(group.context)},
                      {"stack_quality", text(group.stack_quality)},
                      {"stack_checks", object_of({{"objects", group.stack_checks.objects},
                                                  {"births", group.stack_checks.births},
                                                  {"differed", group.stack_checks.differed}})},
                      {"kernel_stack", Json::array()},
                      {"user_stack", Json::array()},
                      {"user_stack_by", text_or_null(group.user_stack_by)},
                      {"missing_stage", text_or_null(group.missing_stage)},
                      {"pattern", text_or_null(group.pattern)},
                      {"directory", text_or_null(group.directory)},
                      {"file_system", text_or_null(group.file_system)},
                      {"device", text_or_null(group.device)},
                      {"reclaimable", number_or_null(group.reclaimable)},
                      {"cache_destroyed", group.cache_destroyed},
                      {"given_up_by", from_given_up(group.given_up_by)},
                      {"reclaim", from_reclaim(group.reclaim)},
                      {"since_baseline", group.change ? Json(to_string(*group.change)) : Json()},
                      {"suppressed_by", text_or_null(group.suppressed_by)},
                      {"objects", array_of(group.objects, from_object)}});
}

namespace {

Json share_of(std::uint32_t one_in) {
    return one_in <= 1 ? Json(1) : Json(1.0 / one_in);
}

Json from_repeats(const RepeatFacts& repeats) {
    if (repeats.asked == 0)
        return nullptr;
    return {{"asked", repeats.asked},
            {"warmup", repeats.warmup},
            {"ended", repeats.ended},
            {"counted", repeats.counted()},
            {"failed", repeats.failed}};
}

Json from_trace(const Report::Trace& trace) {
    return {{"started_at", text(trace.started_at)},
            {"duration_ns", trace.duration_ns},
            {"mode", text(trace.mode)},
            {"targets", trace.targets},
            {"command", trace.command.empty() ? Json() : array_of(trace.command, text)},
            {"command_status", number_or_null(trace.command_status)},
            {"repeats", from_repeats(trace.repeats)},
            {"classes", array_of(trace.classes, text)},
            {"aim",
             {{"cache", array_of(trace.aim.caches, text)},
              {"site", array_of(trace.aim.sites, text)},
              {"comm", array_of(trace.aim.comms, text)},
              {"cgroup", array_of(trace.aim.cgroups, text)}}},
            {"sample", share_of(trace.sample.one_in)},
            {"sample_asked", share_of(trace.sample.asked_one_in)},
            {"sampled_after_ns", number_or_null(trace.sample.thinned_after_ns)},
            {"smallest_sure_group", trace.sample.smallest_sure_group},
            {"min_age_ns", trace.min_age_ns},
            {"history_ns", trace.history_ns},
            {"stacks", text(trace.stacks)},
            {"kernel_addresses", text(trace.kernel_addresses)}};
}

Json from_loss(const Loss& loss) {
    return {{"counter", text(loss.counter)},
            {"count", loss.count},
            {"severity", to_string(loss.severity)},
            {"meaning", text(loss.meaning)}};
}

Json from_hook(const HookReport& hook) {
    return {{"class", text(hook.object_class)},
            {"stage", text(hook.stage)},
            {"function", text(hook.function)},
            {"attached_as", text(hook.attached_as)},
            {"reason", text(hook.reason)},
            {"events_lost", hook.events_lost ? Json(hook.events_lost->count) : Json()},
            {"events_lost_exact", hook.events_lost ? Json(hook.events_lost->exact) : Json()}};
}

Json from_coverage(const Coverage& coverage) {
    return {{"cache", text(coverage.cache)},
            {"class", text(coverage.object_class)},
            {"traced_delta", coverage.traced_delta},
            {"kernel_delta", number_or_null(coverage.kernel_delta)},
            {"ratio", number_or_null(coverage.ratio)},
            {"reliable", coverage.reliable},
            {"reason", text(coverage.reason)},
            {"births_on_live_address", coverage.replaced},
            {"kernel_uncertainty", coverage.uncertainty}};
}

Json from_not_judged(const NotJudged& one) {
    return {{"cache", text(one.cache)},
            {"objects", one.objects},
            {"thing", text_or_null(one.thing)},
            {"things", one.things}};
}

Json from_socket(const ReportSocket& socket) {
    return {{"address", hex_or_null(socket.address)},
            {"kind", text(socket.kind)},
            {"memory_bytes", socket.memory_bytes},
            {"holders", array_of(socket.holders, from_holder)},
            {"details", from_details(socket.details)}};
}

Json from_remote(const RemoteCount& remote) {
    return {{"address", text(remote.address)}, {"sockets", remote.sockets}};
}

Json from_socket_group(const SocketGroup& group) {
    return {{"family", text(group.family)},
            {"type", text(group.type)},
            {"state", text(group.state)},
            {"standing", text(group.standing)},
            {"kind", text(group.kind)},
            {"missing_stage", text_or_null(group.missing_stage)},
            {"evidence", text(group.evidence)},
            {"advice", text(group.advice)},
            {"count", group.count},
            {"memory_bytes", group.memory_bytes},
            {"processes", array_of(group.processes, from_process)},
            {"holders", array_of(group.holders, from_holder)},
            {"held", number_or_null(group.held)},
            {"name", text(group.name)},
            {"remotes", array_of(group.remotes, from_remote)},
            {"remotes_omitted", group.remotes_omitted},
            {"unseen_processes", group.unseen_processes},
            {"suppressed_by", text_or_null(group.suppressed_by)},
            {"sockets", array_of(group.sockets, from_socket)}};
}

Json from_section(const std::optional<SocketSection>& section) {
    if (!section)
        return nullptr;
    return {{"count", section->count},
            {"memory_bytes", section->memory_bytes},
            {"groups_omitted", section->groups_omitted},
            {"groups", array_of(section->groups, from_socket_group)}};
}

Json from_tcp(const std::optional<TcpReport>& tcp) {
    if (!tcp)
        return nullptr;
    return {{"aborted_on_memory", number_or_null(tcp->aborted_on_memory)},
            {"memory_pressures", number_or_null(tcp->memory_pressures)},
            {"orphans",
             {{"start", number_or_null(tcp->orphans.start)},
              {"end", number_or_null(tcp->orphans.end)},
              {"max", number_or_null(tcp->max_orphans)}}},
            {"memory_bytes",
             {{"start", number_or_null(tcp->memory_bytes.start)},
              {"end", number_or_null(tcp->memory_bytes.end)}}},
            {"memory_limits_bytes",
             tcp->memory_limits_bytes ? Json(*tcp->memory_limits_bytes) : Json()}};
}

Json from_alive_part(const AliveSum::Part& part) {
    return {{"what", text(part.what)}, {"program", text(part.program)}, {"objects", part.objects}};
}

Json from_alive_sum(const AliveSum& sum) {
    return {{"reason", text(sum.reason)},
            {"groups", sum.groups},
            {"objects", sum.objects},
            {"bytes", number_or_null(sum.bytes)},
            {"largest", array_of(sum.largest, from_alive_part)}};
}

Json from_totals(const Report& report) {
    return {{"births", report.totals.births},
            {"deaths", report.totals.deaths},
            {"outstanding", report.totals.outstanding},
            {"young", report.young_objects},
            {"unknown_deaths", report.totals.unknown_deaths},
            {"births_on_live_address", report.totals.births_on_live_address}};
}

} // namespace

Json report_without_groups(const Report& report) {
    return {{"schema", "unfreed-report/1"},
            {"tool", {{"version", text(report.tool.version)}, {"build", text(report.tool.build)}}},
            {"host",
             {{"hostname", text(report.host.hostname)},
              {"kernel_release", text(report.host.kernel_release)},
              {"arch", text(report.host.arch)},
              {"boot_id", text(report.host.boot_id)}}},
            {"trace", from_trace(report.trace)},
            {"complete", report.complete},
            {"losses", array_of(report.losses, from_loss)},
            {"hooks", array_of(report.hooks, from_hook)},
            {"coverage", array_of(report.coverage, from_coverage)},
            {"not_judged", array_of(report.not_judged, from_not_judged)},
            {"notes", array_of(report.notes, text)},
            {"totals", from_totals(report)},
            {"dentries", from_dentries(report.dentries)},
            {"reclaim", from_reclaim_report(report.reclaim)},
            {"alive", array_of(report.alive_sums, from_alive_sum)},
            {"last_moments", array_of(report.last_moments, from_last_moments)},
            {"freed_after_exit_unknown", report.freed_after_exit_unknown},
            {"groups_omitted", report.groups_omitted},
            {kGroups, Json::array()},
            {"pre_attach_sockets", from_section(report.pre_attach_sockets)},
            {"hidden_sockets", from_section(report.hidden_sockets)},
            {"memory", memory_to_json(report.memory)},
            {"tcp", from_tcp(report.tcp)},
            {"suppressions", suppressions_to_json(report)},
            {"baseline", baseline_to_json(report)}};
}

} // namespace unfreed
