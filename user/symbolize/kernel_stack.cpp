// SPDX-License-Identifier: BSD-2-Clause
#include "symbolize/kernel_stack.h"

#include <algorithm>
#include <array>
#include <optional>

namespace unfreed {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::array kTracingPrefixes{
    // BPF itself
    "bpf_prog_"sv, "__bpf_prog_"sv, "bpf_trampoline_"sv, "bpf_get_stack"sv, "__bpf_get_stack"sv,
    "bpf_get_task_stack"sv, "bpf_dispatcher_"sv, "bpf_lsm_"sv, "__bpf_tramp_"sv, "__bpf_call"sv,
    // tracepoints
    "bpf_trace_run"sv, "__bpf_trace_"sv, "__traceiter_"sv, "__probestub_"sv, "trace_call_bpf"sv,
    "perf_trace_"sv, "do_perf_trace_"sv, "perf_call_bpf_"sv, "get_perf_callchain"sv,
    // kprobes, fprobes and ftrace
    "kprobe_"sv, "__kprobe_"sv, "kretprobe_"sv, "__kretprobe_"sv, "arch_rethook_"sv, "rethook_"sv,
    "aggr_pre_handler"sv, "opt_pre_handler"sv, "optimized_callback"sv, "optprobe_template_"sv,
    "fprobe_"sv, "ftrace_"sv, "arch_ftrace_"sv, "__ftrace_"sv, "function_graph_enter"sv,
    "return_to_handler"sv, "fentry_"sv};

// A breakpoint that a kprobe put there; exceptions of the program itself look different.
constexpr std::array kTracingNames{"exc_int3"sv, "asm_exc_int3"sv, "do_int3"sv};

struct ContextMark {
    std::string_view prefix;
    Context context;
};

// Only functions inside of which the context holds to the end: the entry code of an interrupt
// (asm_sysvec_*, irqentry_exit) also runs task work and the scheduler in process context.
constexpr std::array kContextMarks{
    ContextMark{"handle_softirqs", Context::softirq},
    ContextMark{"__do_softirq", Context::softirq},
    ContextMark{"do_softirq", Context::softirq},
    ContextMark{"____do_softirq", Context::softirq},
    ContextMark{"run_ksoftirqd", Context::softirq},
    ContextMark{"__sysvec_", Context::hardirq},
    ContextMark{"__common_interrupt", Context::hardirq},
    ContextMark{"__handle_irq_event_percpu", Context::hardirq},
    ContextMark{"handle_irq_event", Context::hardirq},
    ContextMark{"handle_edge_irq", Context::hardirq},
    ContextMark{"handle_fasteoi_irq", Context::hardirq},
    ContextMark{"handle_percpu_devid_irq", Context::hardirq},
    ContextMark{"generic_handle_domain_irq", Context::hardirq},
    ContextMark{"generic_handle_irq", Context::hardirq},
    ContextMark{"generic_smp_call_function_single_interrupt", Context::hardirq},
    ContextMark{"hrtimer_interrupt", Context::hardirq},
    ContextMark{"gic_handle_irq", Context::hardirq},
    ContextMark{"do_interrupt_handler", Context::hardirq},
    ContextMark{"process_one_work", Context::kworker},
    ContextMark{"process_scheduled_works", Context::kworker},
    ContextMark{"worker_thread", Context::kworker},
    ContextMark{"do_idle", Context::idle},
    ContextMark{"cpu_startup_entry", Context::idle},
};

// The name without what the compiler appended: "f.isra.0" is f.
std::string_view plain_name(std::string_view name) {
    return name.substr(0, name.find('.'));
}

Frame symbolize(std::uint64_t address, std::uint64_t looked_up, const KernelSymbols& symbols) {
    Frame frame;
    frame.address = address;
    if (std::optional<KernelSymbol> symbol = symbols.find(looked_up)) {
        frame.function = std::move(symbol->name);
        frame.module = std::move(symbol->module);
        frame.offset = symbol->offset + (address - looked_up);
    }
    return frame;
}

std::size_t count_tracing_frames(std::span<const Frame> frames) {
    constexpr std::size_t kUnknownFrames = 3; // may stand before a tracing function
    std::size_t tracing = 0;
    for (std::size_t i = 0; i < frames.size() && i <= tracing + kUnknownFrames; ++i) {
        if (frames[i].function.empty())
            continue;
        if (!is_tracing_function(frames[i].function))
            break;
        tracing = i + 1;
    }
    return tracing;
}

} // namespace

bool is_tracing_function(std::string_view name) {
    const auto starts_name = [name](std::string_view prefix) { return name.starts_with(prefix); };
    return std::any_of(kTracingPrefixes.begin(), kTracingPrefixes.end(), starts_name) ||
           std::find(kTracingNames.begin(), kTracingNames.end(), name) != kTracingNames.end();
}

Frame symbolize_return_address(std::uint64_t address, const KernelSymbols& symbols) {
    return symbolize(address, address - 1, symbols);
}

std::vector<Frame> normalize_kernel_stack(std::span<const std::uint64_t> addresses,
                                          const KernelSymbols& symbols) {
    std::vector<Frame> frames;
    frames.reserve(addresses.size());
    for (std::uint64_t address : addresses)
        frames.push_back(frames.empty() ? symbolize(address, address, symbols)
                                        : symbolize_return_address(address, symbols));
    // Functions that are traced on their way out have a trampoline between them and their caller.
    std::erase_if(frames,
                  [](const Frame& frame) { return frame.function.starts_with("bpf_trampoline_"); });
    const std::size_t tracing = count_tracing_frames(frames);
    if (tracing < frames.size())
        frames.erase(frames.begin(), frames.begin() + static_cast<std::ptrdiff_t>(tracing));
    return frames;
}

Context context_of(std::span<const Frame> frames) {
    for (const Frame& frame : frames)
        for (const ContextMark& mark : kContextMarks)
            if (mark.prefix.ends_with('_') ? frame.function.starts_with(mark.prefix)
                                           : plain_name(frame.function) == mark.prefix)
                return mark.context;
    return Context::process;
}

} // namespace unfreed
