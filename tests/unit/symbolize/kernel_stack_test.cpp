// SPDX-License-Identifier: BSD-2-Clause
#include "support/fake_kernel_symbols.h"
#include "symbolize/kernel_stack.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unfreed::testing {
namespace {

using ::testing::ElementsAre;

// A stack by names: "?" is an address that no symbol covers.
struct Stack {
    FakeKernelSymbols symbols;
    std::vector<std::uint64_t> addresses;

    explicit Stack(const std::vector<std::string>& functions) {
        std::uint64_t start = 0xffffffff81000000;
        for (const std::string& function : functions) {
            if (function != "?")
                symbols.add(start, function);
            addresses.push_back(start + 0x10);
            start += 0x1000;
        }
    }

    std::vector<std::string> normalized() const {
        std::vector<std::string> names;
        for (const Frame& frame : normalize_kernel_stack(addresses, symbols))
            names.push_back(frame.function.empty() ? "?" : frame.function);
        return names;
    }
};

TEST(KernelStack, RemovesTheTracepointOfARawProgram) {
    EXPECT_THAT(Stack({"bpf_get_stack_raw_tp", "bpf_prog_6deef7357e7b4530_birth", "bpf_trace_run6",
                       "__bpf_trace_kmem_cache_alloc", "__traceiter_kmem_cache_alloc",
                       "kmem_cache_alloc_noprof", "sk_prot_alloc"})
                    .normalized(),
                ElementsAre("kmem_cache_alloc_noprof", "sk_prot_alloc"));
}

TEST(KernelStack, RemovesTrampolinesKprobesAndLsm) {
    EXPECT_THAT(Stack({"bpf_prog_1_f", "bpf_trampoline_6442536467", "dentry_free"}).normalized(),
                ElementsAre("dentry_free"));
    EXPECT_THAT(Stack({"bpf_prog_1_f", "trace_call_bpf", "kprobe_perf_func", "kprobe_dispatcher",
                       "kprobe_ftrace_handler", "ftrace_trampoline", "__d_alloc"})
                    .normalized(),
                ElementsAre("__d_alloc"));
    EXPECT_THAT(Stack({"bpf_prog_1_f", "bpf_trampoline_1", "bpf_lsm_sk_alloc_security",
                       "security_sk_alloc"})
                    .normalized(),
                ElementsAre("security_sk_alloc"));
}

TEST(KernelStack, MachineryIsOnlyMachineryAtTheTop) {
    EXPECT_THAT(Stack({"bpf_prog_1_f", "kmem_cache_alloc", "bpf_prog_load", "ftrace_ops_init"})
                    .normalized(),
                ElementsAre("kmem_cache_alloc", "bpf_prog_load", "ftrace_ops_init"));
}

TEST(KernelStack, UnknownAddressesGoOnlyBeforeMachinery) {
    EXPECT_THAT(Stack({"?", "?", "bpf_trace_run6", "kfree"}).normalized(), ElementsAre("kfree"));
    EXPECT_THAT(Stack({"bpf_prog_1_f", "?", "bpf_trace_run6", "kfree"}).normalized(),
                ElementsAre("kfree"));
    EXPECT_THAT(Stack({"?", "?", "?", "?", "bpf_trace_run6", "kfree"}).normalized(),
                ElementsAre("?", "?", "?", "?", "bpf_trace_run6", "kfree"));
    EXPECT_THAT(Stack({"?", "kfree", "bpf_trace_run6"}).normalized(),
                ElementsAre("?", "kfree", "bpf_trace_run6"));
    EXPECT_THAT(Stack({"kfree", "?", "skb_release"}).normalized(),
                ElementsAre("kfree", "?", "skb_release"));
}

TEST(KernelStack, IsNeverEmptiedWhole) {
    EXPECT_THAT(Stack({"bpf_prog_1_f", "bpf_trace_run6"}).normalized(),
                ElementsAre("bpf_prog_1_f", "bpf_trace_run6"));
    EXPECT_THAT(Stack(std::vector<std::string>{}).normalized(), ElementsAre());
}

TEST(KernelStack, ReturnAddressBelongsToTheCallBeforeIt) {
    FakeKernelSymbols symbols;
    symbols.add(0x1000, "never_returns").add(0x1100, "next").add(0x2000, "inner");
    // The call of inner is the last instruction of never_returns.
    const std::vector<Frame> frames =
        normalize_kernel_stack(std::vector<std::uint64_t>{0x2000, 0x1100}, symbols);
    ASSERT_EQ(frames.size(), 2u);
    EXPECT_EQ(frames[0].function, "inner"); // where it was, exactly: not what stands before inner
    EXPECT_EQ(frames[0].offset, 0u);
    EXPECT_EQ(frames[1].function, "never_returns");
    EXPECT_EQ(frames[1].offset, 0x100u);
    EXPECT_EQ(frames[1].address, 0x1100u);
    EXPECT_EQ(frames[1].module, "vmlinux");
    EXPECT_EQ(symbolize_return_address(0x1101, symbols).function, "next");
}

TEST(KernelStack, UnknownAddressKeepsItsAddress) {
    const Frame frame = symbolize_return_address(0xdead, FakeKernelSymbols());
    EXPECT_EQ(frame.function, "");
    EXPECT_EQ(frame.module, "");
    EXPECT_EQ(frame.address, 0xdeadu);
}

Context context(const std::vector<std::string>& functions) {
    std::vector<Frame> frames;
    for (const std::string& function : functions) {
        frames.emplace_back();
        frames.back().function = function;
    }
    return context_of(frames);
}

TEST(ContextOf, IsToldByTheInnermostFunctionThatTells) {
    EXPECT_EQ(context({"sk_alloc", "__sys_socket", "do_syscall_64"}), Context::process);
    EXPECT_EQ(context({"__alloc_skb", "net_rx_action", "handle_softirqs", "__irq_exit_rcu",
                       "sysvec_apic_timer_interrupt", "do_syscall_64"}),
              Context::softirq);
    EXPECT_EQ(context({"__alloc_skb", "__do_softirq", "do_idle", "cpu_startup_entry"}),
              Context::softirq);
    EXPECT_EQ(context({"__kmalloc", "handle_irq_event", "__common_interrupt", "handle_softirqs"}),
              Context::hardirq);
    EXPECT_EQ(context({"f", "__sysvec_call_function_single", "sysvec_call_function_single"}),
              Context::hardirq);
    EXPECT_EQ(context({"f", "process_one_work", "worker_thread", "kthread"}), Context::kworker);
    EXPECT_EQ(context({"f", "do_idle", "cpu_startup_entry"}), Context::idle);
    EXPECT_EQ(context({"f", "do_softirq.part.0", "__local_bh_enable_ip"}), Context::softirq);
    EXPECT_EQ(context({}), Context::process);
}

// The way back from an interrupt runs task work, which is process context again.
TEST(ContextOf, InterruptEntryAloneIsNoInterrupt) {
    EXPECT_EQ(context({"__fput", "task_work_run", "irqentry_exit_to_user_mode",
                       "sysvec_apic_timer_interrupt", "asm_sysvec_apic_timer_interrupt"}),
              Context::process);
    EXPECT_EQ(context({"do_softirq_own_something"}), Context::process);
}

} // namespace
} // namespace unfreed::testing
