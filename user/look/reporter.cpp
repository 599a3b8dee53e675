// SPDX-License-Identifier: BSD-2-Clause
#include "look/reporter.h"

#include "analyze/dentry_places.h"
#include "analyze/estimate.h"
#include "analyze/leak_analyzer.h"
#include "analyze/revalidate.h"
#include "base/clock.h"
#include "base/log.h"
#include "judgement/dentry_overview.h"
#include "judgement/judgement.h"
#include "judgement/structure_rules.h"
#include "look/host_info.h"
#include "look/reclaim_probe.h"
#include "look/socket_details.h"
#include "look/survivor_details.h"
#include "report/address_policy.h"
#include "report/cache_names.h"
#include "report/recycled.h"
#include "report/report_builder.h"
#include "report/site.h"
#include "symbolize/kernel_stack.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace unfreed::look {
namespace {

// By far enough for a socket to get from one step of its end to the next.
constexpr std::chrono::milliseconds kEndOfASocket{100};

const char* mode_name(TraceMode mode) {
    return mode == TraceMode::run ? "run" : mode == TraceMode::pid ? "pid" : "host";
}

// A stack without the frames of tracing, still as addresses: the key that groups.
std::vector<std::uint64_t> strip_tracing(std::span<const std::uint64_t> stack,
                                         const KernelSymbols& symbols) {
    std::vector<std::uint64_t> kept;
    for (const Frame& frame : normalize_kernel_stack(stack, symbols))
        kept.push_back(frame.address);
    return kept;
}

// Two calls of one function are two origins only where they are the innermost that tells: the two
// sockets of socketpair(), or the first turn of a loop that the compiler peeled off, are one.
std::vector<std::uint64_t> kernel_key(std::span<const std::uint64_t> stack,
                                      const KernelSymbols& symbols) {
    std::vector<std::uint64_t> key;
    bool telling = true;
    for (std::uint64_t address : stack) {
        const auto symbol = symbols.find(address - 1);
        key.push_back(telling || !symbol ? address : symbol->start);
        if (symbol && !is_plumbing(symbol->name))
            telling = false;
    }
    return key;
}

AnalyzeOptions analyze_options(const ReportContext& context, const Judgement& judgement) {
    const ReportOptions& options = *context.options;
    AnalyzeOptions analyze;
    analyze.mode = options.mode;
    analyze.min_age_ns = options.min_age_ns;
    analyze.visible_stages = context.session->visible_stages();
    analyze.trace_started_ns = context.started_ns;
    analyze.top = options.every_group ? 0 : options.top;
    analyze.objects_per_group = options.lists_objects ? options.objects_per_group : 0;
    analyze.dentry_members = options.probe_reclaim && context.last;
    analyze.frees_hidden = judgement.frees_hidden;
    analyze.counted_as = [names = &judgement.names](const std::string& cache) {
        return names->counted_as(cache);
    };
    analyze.cache_destroyed = judgement.cache_destroyed;
    StructureHost host;
    host.mode = analyze.mode;
    analyze.structure = structure_rules(*context.symbols, host);
    analyze.normalize = [symbols = context.symbols](std::span<const std::uint64_t> stack) {
        return strip_tracing(stack, *symbols);
    };
    analyze.user_key = [naming = context.naming](const Program& program,
                                                 std::span<const std::uint64_t> stack) {
        std::string key = naming->key(program, stack);
        // Addresses alone are those of one process, which ended before it could be looked at: they
        // do not tell its objects from those of the next one that runs the same program.
        return key.find('+') == std::string::npos ? std::string() : key;
    };
    analyze.kernel_key = [symbols = context.symbols](std::span<const std::uint64_t> stack) {
        return kernel_key(stack, *symbols);
    };
    return analyze;
}

// Objects of groups that are no rows for a reader are not listed, so they need not be read.
void list_objects_of_first(AnalyzedGroups& analyzed, std::size_t rows) {
    for (std::size_t i = rows; i < analyzed.groups.size(); ++i)
        analyzed.groups[i].objects.clear();
}

Totals totals_of(const OriginCounts& counts, const AnalyzedGroups& analyzed,
                 const Counters& counters) {
    Totals totals;
    totals.births = counts.births;
    totals.deaths = counts.deaths;
    totals.outstanding = analyzed.outstanding;
    totals.unknown_deaths = counters.get(Counter::UNKNOWN_DEATHS);
    totals.births_on_live_address = counters.get(Counter::BIRTH_ON_LIVE);
    return totals;
}

SampleReport sample_of(const ReportContext& context, const Sampling& sampling) {
    SampleReport sample;
    sample.one_in = sampling.one_in;
    sample.asked_one_in = context.options->asked_one_in;
    if (context.thinned_at_ns)
        sample.thinned_after_ns =
            *context.thinned_at_ns - std::min(*context.thinned_at_ns, context.started_ns);
    sample.smallest_sure_group = smallest_sure_group(sampling.one_in);
    return sample;
}

// What a reader must know before believing the numbers of this host.
std::vector<std::string> notes_on(const bpf::Session& session, const ReportOptions& options) {
    std::vector<std::string> notes;
    if (session.kmem_births() && !session.sees_bulk_frees() && wants(options, ObjectClass::slab))
        notes.emplace_back("slab objects that are freed in bulk or by kfree_rcu() (socket buffers, "
                           "maple_node, epoll and others) give no event here: nothing is claimed "
                           "of them");
    const std::uint32_t visible = session.visible_stages();
    if (!(visible & UF_STAGE_MEM_HELD) && wants(options, ObjectClass::socket))
        notes.emplace_back("sockets that die with memory still charged to them "
                           "(memory-not-returned) cannot be told here: no function can be hooked");
    if (session.kmem_births() && !session.knows_every_cache() &&
        session.edition() == bpf::Edition::legacy)
        notes.emplace_back("the allocation tracepoints of this kernel do not tell the slab cache, "
                           "and the map of its pages was not found in /proc/kallsyms: objects are "
                           "told apart by call site and size only");
    return notes;
}

// What would help depends on what this trace has used already.
void add_advice(std::vector<Loss>& losses, const bpf::Session& session) {
    for (Loss& loss : losses)
        if (loss.counter == "recursion_misses")
            loss.meaning += "; " + bpf::advise_copies(session.copies(), session.edition());
}

} // namespace

Result<Report> build_report(const ReportContext& context, EventSource& source,
                            const LifetimeTracker& tracker) {
    const ReportOptions& options = *context.options;
    source.begin_report();
    auto unfollowed = source.read_unfollowed();
    if (!unfollowed)
        return fail(unfollowed.error());
    const TableSnapshot table = source.read_table(UINT64_MAX);
    Snapshot snapshot = tracker.snapshot(table);
    context.naming->unwind(snapshot);
    Judgement judgement =
        judge_caches({context.options, context.symbols, context.books, &context.counts_at_start,
                      context.session->sees_bulk_frees()},
                     snapshot, *unfollowed);
    const Inspect look = [&](auto requests) { return source.inspect(requests, false); };
    std::optional<MemoryChange> memory;
    if (context.counts_at_start.memory && judgement.counts.memory)
        memory = {*context.counts_at_start.memory, *judgement.counts.memory};
    const std::uint64_t missed_deaths = revalidate(snapshot, look);
    confirm_unexplained(snapshot, look, [] { std::this_thread::sleep_for(kEndOfASocket); });
    if (context.sockets != nullptr)
        context.sockets->read_others(snapshot, source);
    snapshot.holders = read_holders(snapshot, source);
    if (context.sockets != nullptr)
        context.sockets->settle_others(snapshot, source);
    note_descriptors(snapshot, look);
    judge_references(snapshot, source, *context.naming);
    locate_dentries(snapshot, [&](auto requests) { return source.inspect(requests, true); });
    AnalyzedGroups analyzed = analyze(snapshot, analyze_options(context, judgement));
    list_objects_of_first(analyzed, options.top);
    std::optional<DentryOverview> dentries;
    if (wants(options, ObjectClass::dentry))
        dentries = {kernel_dentries(judgement.counts), traced_dentries(snapshot, judgement.counts)};
    Counters counters;
    if (auto read = source.read_counters(counters); !read)
        return fail(read.error());
    counters.set(Counter::MISSED_DEATHS, missed_deaths);
    counters.set(Counter::ORIGIN_UNKNOWN, analyzed.objects_without_origin);
    counters.set(Counter::ORIGIN_LOST, analyzed.objects_not_grouped);
    counters.set(Counter::NOT_JUDGED, objects_not_judged(analyzed));
    counters.set(Counter::NOT_SETTLED, context.unsettled);
    if (context.sockets != nullptr)
        counters.set(Counter::NETNS_REFUSED, context.sockets->namespaces_missing());
    counters.set(Counter::SYMBOLS_HIDDEN, context.symbols->hidden() ? 1 : 0);

    Report report;
    report.tool = context.tool;
    report.host = read_host_info();
    report.trace.started_at = context.started_at;
    report.trace.duration_ns = table.taken_at_ns - context.started_ns;
    report.trace.mode = mode_name(options.mode);
    report.trace.targets = context.targets;
    report.trace.command = options.command;
    if (context.command_status)
        report.trace.command_status = static_cast<std::uint32_t>(*context.command_status);
    for (ObjectClass object_class : options.classes)
        report.trace.classes.emplace_back(to_string(object_class));
    report.trace.sample = sample_of(context, table.sampling);
    report.trace.min_age_ns = options.min_age_ns;
    report.trace.stacks = options.always_walk ? "always" : "adaptive";
    report.hooks = context.session->hooks();
    report.notes = notes_on(*context.session, options);
    report.notes.insert(report.notes.end(), context.notes.begin(), context.notes.end());
    report.dentries = dentries;
    report.totals = totals_of(source.totals(table), analyzed, counters);
    report.groups =
        build_groups(analyzed, table.taken_at_ns, *context.symbols,
                     [&](const Program& program, const std::vector<std::uint64_t>& stack) {
                         return context.naming->symbolize(program, stack);
                     });
    for (Group& group : report.groups)
        if (group.object_class == ObjectClass::slab)
            group.merged_caches =
                likely_caches(judgement.names.merged_with(group.cache), group.kernel_stack);
    describe_objects(report, analyzed, snapshot, source, *context.naming);
    context.naming->count_losses(counters);
    report.complete = counters.complete();
    report.losses = counters.to_losses();
    add_advice(report.losses, *context.session);
    describe_holders(report, analyzed, snapshot);
    if (context.sockets != nullptr)
        context.sockets->add_to(report, options, snapshot, source);
    name_unix_peers(report, analyzed, snapshot, source);
    add_coverage(report, std::move(judgement), analyzed);
    mark_recycled(report.groups, static_cast<std::uint64_t>(::sysconf(_SC_NPROCESSORS_CONF)));
    report.groups_omitted = analyzed.groups_omitted;
    report.look_omitted = analyzed.look_omitted;
    report.alive_sums = analyzed.alive_sums;
    report.memory = memory;
    report.young_objects = analyzed.young_objects;
    if (options.probe_reclaim && context.last) {
        ProcKernelBooks own;
        KernelBooks& books = context.books ? *context.books : own;
        if (auto probed = probe_reclaim(report, analyzed, source, books, snapshot.one_in); !probed)
            log::error(probed.error().message); // the report is worth having without it
    }
    if (context.hide_addresses)
        hide_addresses(report, context.address_hash ? &*context.address_hash : nullptr);
    return report;
}

} // namespace unfreed::look
