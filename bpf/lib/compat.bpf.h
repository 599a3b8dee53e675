/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Differences between kernels and architectures, one getter each. Nothing outside this header may
 * assume an architecture or a kernel version. */
#ifndef UF_LIB_COMPAT_H
#define UF_LIB_COMPAT_H

#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#ifdef UF_LEGACY
#include "lib/maps.bpf.h"
#endif

#define UF_PF_EXITING 0x00000004
#define UF_PF_KTHREAD 0x00200000

/*
 * Is this the current task at work, or an interrupt that borrowed the CPU? The preempt count would
 * tell, but its symbol cannot be resolved on kernels without CONFIG_KALLSYMS_ALL, so two facts
 * about stacks are used instead:
 *
 * - an interrupt of kernel code runs on a per-CPU stack of its own (x86-64, arm64 since 6.0), and
 * so do softirqs; the context of a program lies on the kernel stack, so its address tells;
 * - on x86 an interrupt of user code stays on the task's stack (call_on_irqstack_cond), which is
 * empty then: right below the registers lies the return address into the interrupt's entry code.
 *
 * Known limits: ksoftirqd counts as a task, and so do all interrupts of PREEMPT_RT kernels, which
 * are threads there; FRED (x86 of 2024 and later, where the kernel uses it) enters otherwise.
 */
#define UF_THREAD_SIZE (16 * 1024)

#ifndef UF_LEGACY
/* Type and registers of the current task are known to the verifier: members are read at once. */
#define compat__current_task() ((struct task_struct *)bpf_get_current_task_btf())
#define UF_TASK(task, member)  ((task)->member)
#define UF_REGS(regs, member)  ((regs)->member)

static __always_inline struct pt_regs *compat__task_regs(struct task_struct *task)
{
	return (struct pt_regs *)bpf_task_pt_regs(task);
}

static __always_inline u64 compat__process_start(struct task_struct *task)
{
	return task->group_leader->start_boottime;
}

/* The address of a program's context as a number. The verifier lets no arithmetic on such a pointer
 * pass but the difference to another pointer, so it goes by way of the current task. */
static __always_inline u64 compat__ctx_address(void *ctx, struct task_struct *task)
{
	u64 at = (u64)ctx;

	asm volatile("%0 -= %1" : "+r"(at) : "r"(task));
	return at + bpf_get_current_task();
}

/* Where the stack of the current task ends. Kernel threads have room for registers there, too. */
static __always_inline u64 compat__stack_end(struct task_struct *task)
{
	return compat__ctx_address(compat__task_regs(task), task);
}
#else
/* Before 5.11 and 5.15 a task is a number: every member is read by a helper. */
#define compat__current_task() ((struct task_struct *)bpf_get_current_task())
#define UF_TASK(task, member)  BPF_CORE_READ(task, member)
#define UF_REGS(regs, member)  BPF_CORE_READ(regs, member)

static __always_inline struct pt_regs *compat__task_regs(struct task_struct *task)
{
	return (struct pt_regs *)((u64)BPF_CORE_READ(task, stack) + UF_THREAD_SIZE -
				  bpf_core_type_size(struct pt_regs));
}

static __always_inline u64 compat__stack_end(struct task_struct *task)
{
	return (u64)compat__task_regs(task);
}

static __always_inline u64 compat__process_start(struct task_struct *task)
{
	return BPF_CORE_READ(task, group_leader, start_boottime);
}

/* By way of a word whose address is known, because it holds it. */
static __always_inline u64 compat__ctx_address(void *ctx, struct task_struct *task)
{
	volatile u64 *word = &own_address;
	u64 at = (u64)ctx;

	if (!*word)
		*word = (u64)word;
	asm volatile("%0 -= %1" : "+r"(at) : "r"(word));
	return at + *word;
}
#endif

/* Where and for which system call a task entered the kernel. */
struct uf_user_entry {
	u64 ip;
	u64 sp;
	u64 syscall; /* 32 bits */
};

/* `regs`: where the task entered the kernel, NULL for a kernel thread. `at`: of the context. */
static __always_inline bool compat__in_interrupt_at(struct task_struct *task, u64 at,
						    struct pt_regs *regs, u64 irq_entry_start,
						    u64 irq_entry_end)
{
	if (at - (u64)UF_TASK(task, stack) >= UF_THREAD_SIZE)
		return true;
#if defined(__TARGET_ARCH_x86)
	if (irq_entry_end && regs) {
		u64 caller = 0;

		/* System calls have their number here, interrupts and exceptions -1. */
		if ((int)UF_REGS(regs, orig_ax) != -1)
			return false;
		bpf_probe_read_kernel(&caller, sizeof(caller), (void *)regs - sizeof(caller));
		return caller >= irq_entry_start && caller < irq_entry_end;
	}
#endif
	return false;
}

static __always_inline bool compat__in_interrupt(struct task_struct *task, void *ctx,
						 struct pt_regs *regs, u64 irq_entry_start,
						 u64 irq_entry_end)
{
	if (!ctx) /* known when compiled: no context is at hand */
		return true;
	return compat__in_interrupt_at(task, compat__ctx_address(ctx, task), regs, irq_entry_start,
				       irq_entry_end);
}

/* Id of the v2 cgroup of the current task, or of the one above it at that level; the root has level
 * 0. 0: its own is not so deep. */
#ifndef UF_LEGACY
#define compat__cgroup_above(level) bpf_get_current_ancestor_cgroup_id(level)
#else
/* No program of a tracepoint may call that function on 5.10. Pointers replaced the ids in 6.1
 * (7f203bc89eb6, "cgroup: Replace cgroup->ancestor_ids[] with ->ancestors[]"). */
struct cgroup___v6_0 {
	int level;
	u64 ancestor_ids[1];
} __attribute__((preserve_access_index));

static __always_inline u64 compat__cgroup_above(int level)
{
	struct cgroup___v6_0 *own =
		(void *)BPF_CORE_READ(compat__current_task(), cgroups, dfl_cgrp);
	u64 id = 0;

	if (level > BPF_CORE_READ(own, level))
		return 0;
	bpf_probe_read_kernel(&id, sizeof(id),
			      (void *)own +
				      bpf_core_field_offset(struct cgroup___v6_0, ancestor_ids) +
				      level * sizeof(id));
	return id;
}
#endif

/* (reserved, is_atomic, size, align, base_addr, off, ptr); since 5.19 with the call site in front
 * and two more behind ("percpu: improve percpu_alloc_percpu event trace"). */
struct trace_event_raw_percpu_alloc_percpu___v5_19 {
	unsigned long call_site;
} __attribute__((preserve_access_index));

static __always_inline bool compat__percpu_has_call_site(void)
{
	return bpf_core_field_exists(struct trace_event_raw_percpu_alloc_percpu___v5_19, call_site);
}

/* An argument of a raw tracepoint, which one depending on the kernel: by an instruction of its own,
 * or the compiler makes one access with a computed offset of two, which the verifier refuses. */
#define UF_RAW_TP_ARG(ctx, n)                                                                      \
	({                                                                                         \
		u64 value;                                                                         \
		asm volatile("%0 = *(u64 *)(%1 + %2)" : "=r"(value) : "r"(ctx), "i"((n)*8));       \
		value;                                                                             \
	})

static __always_inline u64 compat__percpu_pointer(struct bpf_raw_tracepoint_args *ctx)
{
	if (compat__percpu_has_call_site())
		return UF_RAW_TP_ARG(ctx, 7);
	return UF_RAW_TP_ARG(ctx, 6);
}

static __always_inline u64 compat__percpu_size(struct bpf_raw_tracepoint_args *ctx)
{
	if (compat__percpu_has_call_site())
		return UF_RAW_TP_ARG(ctx, 3);
	return UF_RAW_TP_ARG(ctx, 2);
}

/* 0: unknown. */
static __always_inline u64 compat__percpu_call_site(struct bpf_raw_tracepoint_args *ctx)
{
	return compat__percpu_has_call_site() ? UF_RAW_TP_ARG(ctx, 0) : 0;
}

/* 6.13 replaced the count of a file by one that is biased: 0 means one reference ("fs: add
 * file_ref"). */
struct file___v6_12 {
	atomic_long_t f_count;
} __attribute__((preserve_access_index));
struct uf_file_ref___v6_13 {
	atomic64_t refcnt;
} __attribute__((preserve_access_index));
struct file___v6_13 {
	struct uf_file_ref___v6_13 f_ref;
} __attribute__((preserve_access_index));

/* False: this kernel counts in another way. */
static __always_inline bool compat__file_refs(struct file *file, s64 *count)
{
	if (bpf_core_field_exists(struct file___v6_12, f_count))
		return !bpf_core_read(count, sizeof(*count),
				      &((struct file___v6_12 *)file)->f_count);
	if (bpf_core_field_exists(struct file___v6_13, f_ref)) {
		if (bpf_core_read(count, sizeof(*count), &((struct file___v6_13 *)file)->f_ref))
			return false;
		*count += 1;
		/* The counter of a file without references is far below zero. */
		if (*count < 0)
			*count = 0;
		return true;
	}
	return false;
}

static __always_inline bool compat__is_last_file_ref(struct file *file)
{
	s64 count = 0;

	return compat__file_refs(file, &count) && count == 1;
}

#if defined(__TARGET_ARCH_x86)
static __always_inline u64 compat__user_ip(const struct pt_regs *regs)
{
	return UF_REGS(regs, ip);
}

static __always_inline u64 compat__user_sp(const struct pt_regs *regs)
{
	return UF_REGS(regs, sp);
}

static __always_inline u64 compat__user_fp(const struct pt_regs *regs)
{
	return UF_REGS(regs, bp);
}

static __always_inline int compat__syscall(const struct pt_regs *regs)
{
	return (int)UF_REGS(regs, orig_ax);
}

static __always_inline struct uf_user_entry compat__user_entry(const struct pt_regs *regs)
{
#ifdef UF_LEGACY
	u64 words[5] = {}; /* orig_ax ip cs flags sp: one call for all */

	bpf_core_read(words, sizeof(words), &regs->orig_ax);
	return (struct uf_user_entry){words[1], words[4], (u32)words[0]};
#else
	return (struct uf_user_entry){regs->ip, regs->sp, (u32)regs->orig_ax};
#endif
}

/* Is a call the instruction before this user address? CALL rel32 (E8) or CALL r/m64 (FF /2) with
 * any addressing. */
static __always_inline bool compat__follows_call(u64 address)
{
	u8 code[8];

	if (bpf_probe_read_user(code, sizeof(code), (void *)(address - sizeof(code))))
		return false;
	if (code[3] == 0xe8)
		return true;
#pragma unroll
	for (u32 at = 1; at < 7; at++)
		if (at != 3 && code[at] == 0xff && (code[at + 1] & 0x38) == 0x10)
			return true;
	return false;
}

/* All registers in the order of DWARF (uf_rec_user_stack). */
static __always_inline void compat__user_registers(const struct pt_regs *regs, u64 *to)
{
	to[0] = UF_REGS(regs, ax);
	to[1] = UF_REGS(regs, dx);
	to[2] = UF_REGS(regs, cx);
	to[3] = UF_REGS(regs, bx);
	to[4] = UF_REGS(regs, si);
	to[5] = UF_REGS(regs, di);
	to[6] = UF_REGS(regs, bp);
	to[7] = UF_REGS(regs, sp);
	to[8] = UF_REGS(regs, r8);
	to[9] = UF_REGS(regs, r9);
	to[10] = UF_REGS(regs, r10);
	to[11] = UF_REGS(regs, r11);
	to[12] = UF_REGS(regs, r12);
	to[13] = UF_REGS(regs, r13);
	to[14] = UF_REGS(regs, r14);
	to[15] = UF_REGS(regs, r15);
	to[16] = UF_REGS(regs, ip);
}

#define UF_MACHINE	 62 /* EM_X86_64 */
#define UF_SYSCALL_FIELD orig_ax
#define UF_SYSCALL_ARG0	 di
#define UF_NR_CLOSE	 3

/* arch/x86/entry/syscalls/syscall_64.tbl */
static __always_inline bool compat__is_accept(long syscall)
{
	return syscall == 43 || syscall == 288;
}

/* wait4, waitid */
static __always_inline bool compat__is_wait(int syscall)
{
	return syscall == 61 || syscall == 247;
}
#elif defined(__TARGET_ARCH_arm64)
static __always_inline u64 compat__user_ip(const struct pt_regs *regs)
{
	return UF_REGS(regs, user_regs.pc);
}

static __always_inline u64 compat__user_sp(const struct pt_regs *regs)
{
	return UF_REGS(regs, user_regs.sp);
}

static __always_inline u64 compat__user_fp(const struct pt_regs *regs)
{
	return UF_REGS(regs, user_regs.regs[29]);
}

static __always_inline int compat__syscall(const struct pt_regs *regs)
{
	return UF_REGS(regs, syscallno);
}

static __always_inline struct uf_user_entry compat__user_entry(const struct pt_regs *regs)
{
#ifdef UF_LEGACY
	u64 words[5] = {}; /* sp pc pstate orig_x0 syscallno: one call for all */

	bpf_core_read(words, sizeof(words), &regs->user_regs.sp);
	return (struct uf_user_entry){words[1], words[0], (u32)words[4]};
#else
	return (struct uf_user_entry){regs->user_regs.pc, regs->user_regs.sp, (u32)regs->syscallno};
#endif
}

/* BL or BLR. */
static __always_inline bool compat__follows_call(u64 address)
{
	u32 code;

	if (bpf_probe_read_user(&code, sizeof(code), (void *)(address - sizeof(code))))
		return false;
	return (code & 0xfc000000) == 0x94000000 || (code & 0xfffffc1f) == 0xd63f0000;
}

static __always_inline void compat__user_registers(const struct pt_regs *regs, u64 *to)
{
#pragma unroll
	for (u32 i = 0; i < 31; i++)
		to[i] = UF_REGS(regs, user_regs.regs[i]);
	to[31] = UF_REGS(regs, user_regs.sp);
	to[32] = UF_REGS(regs, user_regs.pc);
}

#define UF_MACHINE	 183 /* EM_AARCH64 */
#define UF_SYSCALL_FIELD syscallno
#define UF_SYSCALL_ARG0	 orig_x0
#define UF_NR_CLOSE	 57

/* include/uapi/asm-generic/unistd.h */
static __always_inline bool compat__is_accept(long syscall)
{
	return syscall == 202 || syscall == 242;
}

static __always_inline bool compat__is_wait(int syscall)
{
	return syscall == 260 || syscall == 95;
}
#else
#error "unfreed supports x86-64 and arm64"
#endif

#endif
