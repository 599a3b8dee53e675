// SPDX-License-Identifier: BSD-2-Clause
// `unfreed doctor`: which hook resolved how on this kernel, and what that costs.
#include "base/clock.h"
#include "bpf/libbpf_log.h"
#include "bpf/privileges.h"
#include "bpf/session.h"
#include "cli/commands.h"
#include "cli/host_info.h"
#include "cli/output.h"
#include "cli/site_ranges.h"
#include "symbolize/kallsyms.h"

#include <fmt/format.h>

namespace unfreed::cli {

Result<int> run_doctor(const Options& options) {
    bpf::route_libbpf_messages();
    auto output = Output::open(options.output);
    if (!output)
        return fail(output.error());
    if (auto privileged = bpf::check_privileges(); !privileged)
        return fail(privileged.error());
    if (auto btf = bpf::check_kernel_btf(); !btf)
        return fail(btf.error());
    if (auto initial = bpf::check_pid_namespace(); !initial)
        return fail(initial.error());
    auto features = bpf::KernelFeatures::probe();
    if (!features)
        return fail(features.error());
    for (const std::string& kind : options.without)
        features->disable(kind);
    auto symbols = Kallsyms::load();
    if (!symbols)
        return fail(symbols.error());
    bpf::TraceRequest request;
    request.classes = options.classes;
    request.max_objects = options.max_objects;
    request.sites = find_site_ranges(*symbols);
    const std::uint64_t start_ns = monotonic_ns();
    auto session = bpf::Session::start(request, *features);
    if (!session)
        return fail(session.error());

    std::string text =
        fmt::format("kernel {}, attach takes {} ms\n\nwhat BPF may do here\n",
                    read_host_info().kernel_release, (monotonic_ns() - start_ns) / 1'000'000);
    for (auto kind : {bpf::AttachKind::raw_tp, bpf::AttachKind::fentry, bpf::AttachKind::fexit,
                      bpf::AttachKind::lsm, bpf::AttachKind::kprobe, bpf::AttachKind::kretprobe}) {
        const auto& support = features->support(kind);
        text += fmt::format("  {:<10} {}\n", bpf::to_string(kind),
                            support.usable ? "yes" : "no: " + support.reason);
    }
    text +=
        fmt::format("\nhooks ({})\n", session->kmem_births()
                                          ? "births and deaths from the slab tracepoints"
                                          : "births and deaths from the functions of each class");
    for (const HookReport& hook : session->hooks())
        text += fmt::format("  {:<8} {:<14} {:<10} {:<22} {}\n", hook.object_class, hook.stage,
                            hook.attached_as, hook.function, hook.reason);
    if (auto written = output->write(text); !written)
        return fail(written.error());
    return 0;
}

} // namespace unfreed::cli
