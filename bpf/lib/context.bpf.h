/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* For whom an object is made: the current process, unless an interrupt borrowed it. */
#ifndef UF_LIB_CONTEXT_H
#define UF_LIB_CONTEXT_H

#include "lib/compat.bpf.h"
#include "lib/maps.bpf.h"

struct uf_owner {
	u32 tgid;    /* 0: none */
	u32 context; /* enum uf_context */
	/* Where the current task entered the kernel; NULL: a kernel thread, which never did. */
	struct pt_regs *regs;
	/* Of the process; NULL: none, or it is not the current one. */
	struct task_struct *task;
};

static __always_inline u8 proc__flags(u32 tgid)
{
	u32 page_index = tgid / UF_PROC_PAGE;
	struct uf_proc_page *page = bpf_map_lookup_elem(&procs, &page_index);

	return page ? page->flags[tgid % UF_PROC_PAGE] : 0;
}

/* A byte store: the flags of a tgid are written by the fork that makes it and by its own exit only,
 * and by user space before tracing starts. */
static __always_inline void proc__set_flags(u32 tgid, u8 flags)
{
	u32 page_index = tgid / UF_PROC_PAGE;
	struct uf_proc_page *page = bpf_map_lookup_elem(&procs, &page_index);

	if (page)
		page->flags[tgid % UF_PROC_PAGE] = flags;
}

static __always_inline struct pt_regs *context__regs(struct task_struct *task)
{
	return UF_TASK(task, flags) & UF_PF_KTHREAD ? NULL : compat__task_regs(task);
}

static __always_inline bool context__in_interrupt(struct task_struct *task, void *ctx)
{
	return compat__in_interrupt(task, ctx, context__regs(task), cfg.irq_entry_start,
				    cfg.irq_entry_end);
}

/* ctx is the program's. User space refines softirq to hardirq by the stack. */
static __always_inline struct uf_owner context__owner(void *ctx)
{
	struct task_struct *task = compat__current_task();
	struct uf_owner owner = {.regs = context__regs(task)};

	if (compat__in_interrupt(task, ctx, owner.regs, cfg.irq_entry_start, cfg.irq_entry_end))
		owner.context = UF_CONTEXT_SOFTIRQ;
	else if (!UF_TASK(task, pid))
		owner.context = UF_CONTEXT_IDLE;
	else {
		owner.tgid = UF_TASK(task, tgid);
		owner.task = task;
	}
	return owner;
}

/* The processes that work for the tool. */
static __always_inline bool context__is_worker(u32 tgid)
{
	volatile struct uf_state *now = (volatile struct uf_state *)&run_state;

	return tgid && (tgid == now->worker_tgids[0] || tgid == now->worker_tgids[1]);
}

/* May an object of this owner be followed? Interrupt context passes only in host mode: for a target
 * it is a bystander, and what is made there for a target is claimed by its class (socket clones).
 */
static __always_inline bool context__wanted(u32 tgid)
{
	if (!cfg.only_targets)
		return !context__is_worker(tgid) &&
		       (tgid != cfg.self_tgid || !(proc__flags(tgid) & UF_PROC_IGNORE));
	return proc__flags(tgid) & UF_PROC_TARGET;
}

/* The same of whatever is current, before anything else is found out. */
static __always_inline bool context__current_wanted(void)
{
	struct task_struct *task;

	if (!cfg.only_targets) /* here the verifier removes the rest */
		return true;
	task = compat__current_task();
	return proc__flags(UF_TASK(task, tgid)) & UF_PROC_TARGET;
}

#endif
