/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What was alive when the exit of its process began, however late its memory is freed. Part of it
 * the exiting process frees itself. The rest it gives to RCU or to a worker, or its parent frees it
 * by waiting. What had been given back before comes the same ways, so a death counts only if it is
 * seen that the giving back was the exit's.
 */
#ifndef UF_LIB_EXIT_H
#define UF_LIB_EXIT_H

#include "lib/context.bpf.h"
#include "lib/moment.bpf.h"

/* Who is at work. */
enum uf_exit_by {
	UF_EXIT_BY_OTHER = 0, /* a task that lives on */
	UF_EXIT_BY_ITSELF = 1,
	UF_EXIT_BY_PARENT = 2, /* a task that waits for its children */
	UF_EXIT_BY_WORKER = 3, /* a kernel thread */
	UF_EXIT_BY_RCU = 4,    /* an interrupt */
};

static __always_inline enum uf_exit_by exit__by(void *ctx)
{
	struct task_struct *task = compat__current_task();
	u32 flags = UF_TASK(task, flags);

	if (context__in_interrupt(task, ctx))
		return UF_EXIT_BY_RCU;
	if (flags & UF_PF_KTHREAD)
		return UF_EXIT_BY_WORKER;
	if (flags & UF_PF_EXITING)
		return UF_EXIT_BY_ITSELF;
	return compat__is_wait(compat__syscall(compat__task_regs(task))) ? UF_EXIT_BY_PARENT
									 : UF_EXIT_BY_OTHER;
}

/* Has the exit of this process begun? Timers and address space go before its tracepoint comes
 * (exit_itimers; exit_mm before 6.16, "exit: move and extend sched_process_exit() tracepoint");
 * signal->live is 0 from the start of its last thread's exit on. */
static __always_inline bool exit__begun(u32 tgid)
{
	struct task_struct *task = compat__current_task();

	if ((UF_TASK(task, flags) & UF_PF_EXITING) && (u32)UF_TASK(task, tgid) == tgid)
		return BPF_CORE_READ(task, signal, live.counter) == 0;
	return proc__flags(tgid) & UF_PROC_EXITING;
}

/* Counts a death after that in an origin that counts it already. bits: of uf_meta. Global, so that
 * the verifier reads it once (exit.bpf.c). */
int exit__count_death(u32 origin, u32 tgid, u32 bits, u32 by);

#endif
