// SPDX-License-Identifier: BSD-2-Clause
#include "report/site.h"

#include "report/humanize.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace unfreed {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::array kPlumbingPrefixes{
    // slab and kmalloc
    "kmem_cache_alloc"sv, "__kmem_cache_alloc"sv, "kmalloc"sv, "__kmalloc"sv, "__do_kmalloc"sv,
    "slab_"sv, "__slab_"sv, "___slab_"sv, "slub_"sv, "kvmalloc"sv, "__kvmalloc"sv, "krealloc"sv,
    "kvrealloc"sv, "kzalloc"sv, "kcalloc"sv, "kmemdup"sv, "kstrdup"sv, "kstrndup"sv, "kasprintf"sv,
    "kvasprintf"sv, "memdup_user"sv, "should_failslab"sv, "mempool_alloc"sv, "allocate_slab"sv,
    "new_slab"sv,
    // per-CPU
    "pcpu_alloc"sv, "__alloc_percpu"sv, "__alloc_reserved_percpu"sv, "bpf_map_alloc_percpu"sv,
    "__percpu_counter_init"sv, "percpu_ref_init"sv,
    // areas
    "alloc_vmap_area"sv, "__get_vm_area_node"sv, "get_vm_area"sv, "__vmalloc"sv, "vmalloc"sv,
    "vzalloc"sv, "vmap"sv, "vm_map_ram"sv, "new_vmap_block"sv, "bpf_map_area_alloc"sv,
    "__bpf_map_area_alloc"sv,
    // constructors of a whole class
    "sk_prot_alloc"sv, "sk_alloc"sv, "sk_clone"sv, "__d_alloc"sv, "d_alloc"sv, "alloc_inode"sv,
    "new_inode"sv, "alloc_file"sv, "alloc_empty_file"sv, "__alloc_skb"sv, "security_"sv, "lsm_"sv,
    // system call entry
    "do_syscall_64"sv, "entry_SYSCALL_64"sv, "x64_sys_call"sv, "__x64_sys_"sv, "__ia32_sys_"sv,
    "__do_sys_"sv, "__se_sys_"sv, "__arm64_sys_"sv, "do_el0_svc"sv, "el0_svc"sv, "el0t_64_"sv,
    "invoke_syscall"sv, "ret_from_fork"sv, "kthread"sv};

// Where the tool itself looks: nobody makes anything there.
constexpr std::array kHooks{"syscall_exit_work"sv,   "syscall_exit_to_user_mode"sv,
                            "syscall_trace_enter"sv, "syscall_trace_exit"sv,
                            "bpf_trampoline_"sv,     "bpf_prog_"sv,
                            "bpf_trace_run"sv,       "__bpf_trace_"sv,
                            "__bpf_prog_enter"sv,    "trace_call_bpf"sv,
                            "ftrace_trampoline"sv};

template <std::size_t size>
bool starts_with_any(const std::array<std::string_view, size>& prefixes,
                     std::string_view function) {
    return std::any_of(prefixes.begin(), prefixes.end(), [function](std::string_view prefix) {
        return function.starts_with(prefix);
    });
}

} // namespace

bool is_plumbing(std::string_view function) {
    return starts_with_any(kPlumbingPrefixes, function);
}

std::string allocation_site(std::span<const Frame> kernel_stack) {
    const Frame* innermost_known = nullptr;
    bool hooked = false;
    for (const Frame& frame : kernel_stack) {
        hooked = hooked || starts_with_any(kHooks, frame.function);
        if (frame.function.empty() || starts_with_any(kHooks, frame.function))
            continue;
        if (!is_plumbing(frame.function))
            return frame.function;
        if (innermost_known == nullptr)
            innermost_known = &frame;
    }
    if (hooked) // it was seen only as the system call ended
        return std::string(kUnknown);
    if (innermost_known != nullptr)
        return innermost_known->function;
    if (!kernel_stack.empty() && kernel_stack.front().function.empty())
        return fmt::format("{:#x}", kernel_stack.front().address);
    return std::string(kUnknown);
}

} // namespace unfreed
