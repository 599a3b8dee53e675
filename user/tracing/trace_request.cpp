// SPDX-License-Identifier: BSD-2-Clause
#include "tracing/trace_request.h"

#include "base/clock.h"
#include "bpf/privileges.h"
#include "trace/site_ranges.h"
#include "tracing/aim.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace unfreed {
namespace {

// 0: unknown.
std::uint64_t start_of(const KernelSymbols& symbols, std::string_view function) {
    const auto range = symbols.range_of(function);
    return range ? range->start : 0;
}

void name_places(const Kallsyms& symbols, bpf::TraceRequest& request) {
    request.sites = trace::find_site_ranges(symbols);
    request.delayed_work_timer = start_of(symbols, "delayed_work_timer_fn");
    request.rcu_work_callback = start_of(symbols, "rcu_work_rcufn");
    request.vmemmap_base = symbols.variable("vmemmap_base").value_or(0);
    request.page_offset_base = symbols.variable("page_offset_base").value_or(0);
    const AddressRange irq_entry = trace::find_irq_entry(symbols);
    request.irq_entry_start = irq_entry.start;
    request.irq_entry_end = irq_entry.end;
}

} // namespace

Result<bpf::KernelFeatures> find_features(const Options& options, const bpf::KernelTypes& types) {
    if (auto privileged = bpf::check_privileges(); !privileged)
        return fail(privileged.error());
    if (auto btf = bpf::check_kernel_btf(); !btf)
        return fail(btf.error());
    if (!clock_offsets())
        return fail(clock_offsets().error());
    if (auto initial = bpf::check_pid_namespace(); !initial)
        return fail(initial.error());
    auto features = bpf::KernelFeatures::probe(types);
    if (!features)
        return features;
    for (const std::string& kind : options.without)
        features->disable(kind); // the command line has checked the names
    return features;
}

Result<bpf::TraceRequest> make_request(const Options& options, const Kallsyms& symbols) {
    bpf::TraceRequest request;
    auto aim = resolve_aim(options.aim, symbols);
    if (!aim)
        return fail(aim.error());
    request.aim = std::move(*aim);
    auto classes = classes_aimed_at(options.classes, options.classes_asked, options.aim);
    if (!classes)
        return fail(classes.error());
    request.classes = std::move(*classes);
    request.classes_asked = options.classes_asked;
    request.only_targets = options.command == Command::run || options.pid.has_value();
    request.follow_children = options.command == Command::run || options.follow;
    request.always_walk = walks_always(options);
    request.max_objects = options.max_objects;
    request.one_in = options.one_in.value_or(1);
    request.may_thin = options.one_in != 1u;
    request.ring_bytes = ring_bytes(options);
    request.copies = options.copies;
    name_places(symbols, request);
    return request;
}

} // namespace unfreed
