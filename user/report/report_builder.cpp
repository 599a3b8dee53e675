// SPDX-License-Identifier: BSD-2-Clause
#include "report/report_builder.h"

#include "report/group_id.h"
#include "symbolize/kernel_stack.h"

#include <map>
#include <set>

namespace unfreed {
namespace {

ReportObject build_object(const LiveObject& object, std::uint64_t now_ns) {
    ReportObject out;
    out.address = object.slot.address;
    out.age_ns = now_ns > object.slot.birth_ns ? now_ns - object.slot.birth_ns : 0;
    for (std::uint32_t bit = 1; bit <= UF_STAGE_MASK; bit <<= 1) {
        if ((object.slot.stages & bit) == 0)
            continue;
        std::optional<std::uint64_t> age;
        auto time = object.stage_times_ns.find(bit);
        if (time != object.stage_times_ns.end() && time->second <= now_ns)
            age = now_ns - time->second;
        out.stages.emplace_back(stage_name(bit), age);
    }
    return out;
}

// The kernel side cannot tell a hardirq from a softirq; the stack can.
std::string refined_context(Context context, const std::vector<Frame>& kernel_stack) {
    const Context by_stack = context_of(kernel_stack);
    const bool refine = context == Context::softirq && by_stack != Context::process;
    return std::string(to_string(refine ? by_stack : context));
}

std::vector<Frame> symbolize_stack(const std::vector<std::uint64_t>& addresses,
                                   const KernelSymbols& symbols) {
    std::vector<Frame> frames;
    for (std::uint64_t address : addresses)
        frames.push_back(symbolize_return_address(address, symbols));
    return frames;
}

GivenUp build_given_up(const GivenUpBy& from, const KernelSymbols& symbols) {
    GivenUp out;
    out.pid = from.tgid;
    out.comm = from.comm;
    out.kernel_stack = symbolize_stack(from.kernel_stack, symbols);
    out.context = refined_context(from.context, out.kernel_stack);
    return out;
}

void take_counts(const AnalyzedGroup& from, Group& group) {
    group.count = from.count;
    group.released_at_exit = from.released_at_exit;
    group.exit_ways = from.exit_ways;
    group.bytes = from.bytes;
    group.object_bytes = from.object_bytes;
    group.estimated = from.interval.has_value();
    group.interval = from.interval;
    group.births = from.births;
    group.deaths = from.deaths;
    group.growth_per_s = from.growth_per_s;
    group.history = from.history;
    group.lifetimes = from.lifetimes;
    group.repeats = from.repeats;
    group.age_ns = from.age_ns;
}

Group build_group(const AnalyzedGroup& from, std::uint64_t now_ns, const KernelSymbols& symbols,
                  const UserNames& user_names) {
    Group group;
    group.object_class = from.object_class;
    group.cache = from.cache;
    group.socket = from.socket;
    if (from.is_core)
        group.thing = from.part_of;
    group.kind = from.kind;
    group.verdict = from.verdict;
    group.confidence = from.confidence;
    group.facts = from.facts;
    group.attention = from.attention;
    group.companion = from.companion;
    group.companions = from.companions;
    group.evidence = from.evidence;
    group.advice = from.advice;
    group.judged = from.judged;
    take_counts(from, group);
    group.processes = from.processes;
    group.holders = from.holders;
    group.held = from.held;
    group.stack_quality = from.stack_quality;
    group.stack_checks = from.stack_checks;
    group.missing_stage = from.missing_stage;
    group.pattern = from.pattern;
    group.directory = from.directory;
    group.file_system = from.file_system;
    if (from.device != 0)
        group.device =
            std::to_string(from.device >> 20) + ":" + std::to_string(from.device & 0xfffff);
    group.reclaimable = from.reclaimable;
    group.cache_destroyed = from.cache_destroyed;
    group.kernel_stack = symbolize_stack(from.kernel_stack, symbols);
    group.context = refined_context(from.context, group.kernel_stack);
    if (from.given_up_by)
        group.given_up_by = build_given_up(*from.given_up_by, symbols);
    if (!from.user_stack.empty()) {
        group.user_stack = user_names(from.user_stack_program, from.user_stack);
        group.user_stack_by = from.user_stack_unwound ? "unwind_tables" : "frame_pointers";
    }
    group.id = group_id(to_string(from.object_class), from.cache, group.kernel_stack,
                        group.user_stack, from.program);
    for (const LiveObject& object : from.objects)
        group.objects.push_back(build_object(object, now_ns));
    return group;
}

} // namespace

std::vector<Group> build_groups(const AnalyzedGroups& analyzed, std::uint64_t taken_at_ns,
                                const KernelSymbols& symbols, const UserNames& user_names) {
    std::vector<Group> groups;
    groups.reserve(analyzed.groups.size());
    std::set<std::string> ids;
    std::map<std::string, int> latest; // number given to an id
    for (const AnalyzedGroup& from : analyzed.groups) {
        Group group = build_group(from, taken_at_ns, symbols, user_names);
        // Kinds of one origin are groups of their own: "-2" keeps their ids apart.
        const std::string base = group.id;
        for (int& n = latest.try_emplace(base, 1).first->second; !ids.insert(group.id).second;)
            group.id = base + "-" + std::to_string(++n);
        groups.push_back(std::move(group));
    }
    return groups;
}

std::vector<LastMoments> build_last_moments(const AnalyzedGroups& analyzed,
                                            const UserNames& user_names) {
    std::vector<LastMoments> built;
    for (const FoundLastMoments& found : analyzed.last_moments) {
        built.push_back(found.moments);
        if (!found.user_stack.empty())
            built.back().user_stack = user_names(found.program, found.user_stack);
    }
    return built;
}

} // namespace unfreed
