// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Processes: children of the traced ones, and the moment a traced one begins to exit. Then its
 * files are still open (sched_process_exit comes before exit_files), so what it leaked can be told
 * from what the kernel is about to clean up behind it.
 */
#include "lib/fd_walk.bpf.h"

/* `task`: one of the process. */
static __always_inline struct uf_rec_process *process__record(enum uf_process_event event, u32 tgid,
							      struct task_struct *task)
{
	struct uf_rec_process *record =
		ring__reserve(sizeof(*record), UF_REC_PROCESS, UF_CTR_RING_DROP_PROCESS);

	if (!record)
		return NULL;
	record->event = event;
	record->tgid = tgid;
	record->parent_tgid = 0;
	record->exit_code = 0;
	record->held_files = 0;
	record->exec = BPF_CORE_READ(task, self_exec_id);
	record->process_start = BPF_CORE_READ(task, group_leader, start_boottime);
	bpf_core_read(&record->comm, sizeof(record->comm), &task->comm);
	return record;
}

/* sched:sched_process_fork (parent, child): before the child runs. */
SEC("?raw_tp/sched_process_fork")
int process_fork(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *parent = (struct task_struct *)ctx->args[0];
	struct task_struct *child = (struct task_struct *)ctx->args[1];
	struct uf_rec_process *record;
	u32 tgid, parent_tgid;
	u8 flags = 0;

	if (!hook__active(UF_HOOK_PROCESS_FORK))
		return 0;
	tgid = BPF_CORE_READ(child, tgid);
	if (tgid != (u32)BPF_CORE_READ(child, pid))
		return 0;
	parent_tgid = BPF_CORE_READ(parent, tgid);
	if (cfg.follow && (proc__flags(parent_tgid) & UF_PROC_TARGET))
		flags = UF_PROC_TARGET;
	/* Also forgets the former process of this number. */
	proc__set_flags(tgid, flags);
	if (!flags)
		return 0;
	__sync_fetch_and_add(&run_state.targets_alive, 1);
	record = process__record(UF_PROCESS_FORK, tgid, child);
	if (!record)
		return 0;
	record->parent_tgid = parent_tgid;
	ring__submit_now(record);
	return 0;
}

/* sched:sched_process_exec (task, old_pid, bprm): comm and self_exec_id are the new ones. Of every
 * process, because what it has mapped is another program's from here on; host-wide nobody is woken
 * for it. */
SEC("?raw_tp/sched_process_exec")
int process_exec(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = (struct task_struct *)ctx->args[0];
	struct uf_rec_process *record;
	u32 tgid;

	if (!hook__active(UF_HOOK_PROCESS_EXEC))
		return 0;
	tgid = BPF_CORE_READ(task, tgid);
	if (cfg.only_targets && !(proc__flags(tgid) & UF_PROC_TARGET))
		return 0;
	record = process__record(UF_PROCESS_EXEC, tgid, task);
	if (!record)
		return 0;
	if (cfg.only_targets)
		ring__submit_now(record);
	else
		ring__submit(record);
	return 0;
}

/* What a namespace has dies with its last process, which cannot give it back in another way. */
static __always_inline u8 process__own_namespaces(struct task_struct *task, u32 tgid)
{
	u32 net_maker = 0, user_maker = 0;

	object__owner((u64)BPF_CORE_READ(task, nsproxy, net_ns), &net_maker);
	object__owner((u64)BPF_CORE_READ(task, cred, user_ns), &user_maker);
	return net_maker == tgid || user_maker == tgid ? UF_PROC_OWN_NAMESPACES : 0;
}

/* sched:sched_process_exit (task[, group_dead since 6.16]), once a thread. signal->live counts the
 * threads that have not begun to exit, and is decremented before this. */
SEC("?raw_tp/sched_process_exit")
int process_exit(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = (struct task_struct *)ctx->args[0];
	struct uf_rec_process *record;
	u32 tgid, held;
	u8 flags;

	if (!hook__active(UF_HOOK_PROCESS_EXIT))
		return 0;
	tgid = BPF_CORE_READ(task, tgid);
	flags = proc__flags(tgid);
	if (!(flags & UF_PROC_TARGET) || (flags & UF_PROC_EXITING))
		return 0;
	if (BPF_CORE_READ(task, signal, live.counter) != 0)
		return 0;
	run_state.last_end_ns = bpf_ktime_get_ns();
	moment__set(UF_MOMENT_END, tgid, run_state.last_end_ns);
	__sync_fetch_and_add(&run_state.targets_alive, -1);
	held = fd_walk__mark(task);
	proc__set_flags(tgid, flags | UF_PROC_EXITING | process__own_namespaces(task, tgid));
	record = process__record(UF_PROCESS_EXIT, tgid, task);
	if (!record)
		return 0;
	record->exit_code = BPF_CORE_READ(task, signal, group_exit_code);
	if (!record->exit_code)
		record->exit_code = BPF_CORE_READ(task, exit_code);
	record->held_files = held;
	ring__submit_now(record);
	return 0;
}
