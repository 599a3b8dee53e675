// SPDX-License-Identifier: BSD-2-Clause
// `unfreed doctor`: which hook resolved how on this kernel, and what that costs.
#include "base/clock.h"
#include "bpf/libbpf_log.h"
#include "bpf/privileges.h"
#include "bpf/session.h"
#include "bpf/table_memory.h"
#include "cli/commands.h"
#include "look/host_info.h"
#include "output/output.h"
#include "report/humanize.h"
#include "symbolize/kallsyms.h"
#include "trace/site_ranges.h"

#include <fmt/format.h>

namespace unfreed::cli {

namespace {

std::string describe_attach(std::uint64_t attach_ms, const bpf::KernelFeatures& features) {
    std::string text = fmt::format("kernel {}, attach takes {} ms\n\nwhat BPF may do here\n",
                                   look::read_host_info().kernel_release, attach_ms);
    for (auto kind : {bpf::AttachKind::raw_tp, bpf::AttachKind::fentry, bpf::AttachKind::fexit,
                      bpf::AttachKind::lsm, bpf::AttachKind::kprobe, bpf::AttachKind::kretprobe}) {
        const auto& support = features.support(kind);
        text += fmt::format("  {:<10} {}\n", bpf::to_string(kind),
                            support.usable ? "yes" : "no: " + support.reason);
    }
    return text;
}

std::string describe_hooks(const bpf::Session& session) {
    std::string text =
        fmt::format("\nhooks ({})\n", session.kmem_births()
                                          ? "births and deaths from the slab tracepoints"
                                          : "births and deaths from the functions of each class");
    for (const HookReport& hook : session.hooks())
        text += fmt::format("  {:<8} {:<14} {:<10} {:<22} {}\n", hook.object_class, hook.stage,
                            hook.attached_as, hook.function, hook.reason);
    if (session.edition() == bpf::Edition::legacy)
        text += "\nThis kernel is older than 6.1: it gets the BPF side for those, which marks what "
                "exiting processes\nhave open in descriptors below 65 536 only.\n";
    return text;
}

std::string describe_memory(const bpf::TableMemory& memory) {
    const auto row = [](const char* name, std::uint64_t bytes, const std::string& what) {
        return fmt::format("  {:<10} {:>8}  {}\n", name, human_bytes(bytes), what);
    };
    return "\nmemory of the kernel side\n" +
           row("objects", memory.object_bytes,
               fmt::format("follows {} at once, beyond that a sample (--max-objects)",
                           human_count(memory.objects))) +
           row("origins", memory.origin_bytes,
               fmt::format("tells {} call paths apart", human_count(memory.origins))) +
           row("events", memory.ring_bytes, "ring buffer (--ring-size)") +
           row("processes", memory.process_bytes, "a byte for each process id");
}

} // namespace

Result<int> run_doctor(const Options& options) {
    bpf::route_libbpf_messages();
    auto output = Output::open(options.outputs.front().path);
    if (!output)
        return fail(output.error());
    if (auto privileged = bpf::check_privileges(); !privileged)
        return fail(privileged.error());
    if (auto btf = bpf::check_kernel_btf(); !btf)
        return fail(btf.error());
    if (!clock_offsets())
        return fail(clock_offsets().error());
    if (auto initial = bpf::check_pid_namespace(); !initial)
        return fail(initial.error());
    const auto types = bpf::KernelTypes::read();
    auto features = bpf::KernelFeatures::probe(types);
    if (!features)
        return fail(features.error());
    for (const std::string& kind : options.without)
        features->disable(kind);
    auto symbols = Kallsyms::load();
    if (!symbols)
        return fail(symbols.error());
    bpf::TraceRequest request;
    request.classes = options.classes;
    request.classes_asked = options.classes_asked;
    request.max_objects = options.max_objects;
    request.ring_bytes = ring_bytes(options);
    request.sites = trace::find_site_ranges(*symbols);
    const std::uint64_t start_ns = monotonic_ns();
    auto session = bpf::Session::start(request, *features, types);
    if (!session)
        return fail(session.error());

    const std::string text = describe_attach((monotonic_ns() - start_ns) / 1'000'000, *features) +
                             describe_hooks(*session) + describe_memory(bpf::table_memory(request));
    if (auto written = output->write(text); !written)
        return fail(written.error());
    return 0;
}

} // namespace unfreed::cli
