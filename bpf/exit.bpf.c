// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Deaths of what a process left behind when it ended. */
#include "lib/exit.bpf.h"
#include "lib/origin.bpf.h"

/* Was the work that this kernel thread is at put into its queue after the exit had begun, or
 * before? Unknown: it waits for a timer or a grace period first, as the one of kfree_rcu() does, so
 * that its time in the queue says nothing. */
enum uf_worked { UF_WORKED_UNKNOWN, UF_WORKED_BEFORE, UF_WORKED_AFTER };

static __always_inline enum uf_worked exit__worked(u32 tgid)
{
	u64 queued_ns = moment__since(UF_MOMENT_WORK_BEGUN, (u32)bpf_get_current_pid_tgid());
	u64 ended_ns = moment__since(UF_MOMENT_END, tgid);

	if (!queued_ns || !ended_ns)
		return UF_WORKED_UNKNOWN;
	/* Of namespaces that were its own, its exit is the good order. What another process held on
	 * to until the last of them ended was not given back. */
	if (proc__flags(tgid) & UF_PROC_OWN_NAMESPACES)
		return !run_state.targets_alive && run_state.last_end_ns > ended_ns &&
				       queued_ns >= run_state.last_end_ns
			       ? UF_WORKED_AFTER
			       : UF_WORKED_UNKNOWN;
	return queued_ns < ended_ns ? UF_WORKED_BEFORE : UF_WORKED_AFTER;
}

/* Is it seen that the exit freed it? `unknown`: it cannot be told. */
static __always_inline bool exit__released(u32 tgid, u32 bits, enum uf_exit_by by, bool *unknown)
{
	enum uf_worked worked;

	/* A task that lives on and frees it at once has closed it in good order: a child that went
	 * on with what it inherited. */
	if (bits & UF_STAGE_HELD_AT_EXIT)
		return by != UF_EXIT_BY_OTHER;
	if (bits & (UF_STAGE_RELEASED | UF_STAGE_RCU_PENDING) || by == UF_EXIT_BY_OTHER)
		return false;
	/* Of an exiting process that is not traced nothing is known. */
	if (by == UF_EXIT_BY_ITSELF)
		return exit__begun(bpf_get_current_pid_tgid() >> 32);
	/* Dentries are cache: their death says nothing of who used them. */
	if ((bits & UF_CLASS_MASK) == UF_CLASS_DENTRY << UF_CLASS_SHIFT)
		return false;
	if (by == UF_EXIT_BY_PARENT)
		return true;
	worked = by == UF_EXIT_BY_WORKER ? exit__worked(tgid) : UF_WORKED_UNKNOWN;
	*unknown = worked == UF_WORKED_UNKNOWN;
	return worked == UF_WORKED_AFTER;
}

__noinline int exit__count_death(u32 id, u32 tgid, u32 bits, u32 by)
{
	struct uf_origin *origin = origin__by_id(id);
	u32 index = id - 1;
	struct uf_exit_ways *ways = bpf_map_lookup_elem(&exit_ways, &index);
	bool unknown = false;
	bool released = exit__released(tgid, bits, by, &unknown);

	if (!origin || !ways)
		return 0;
	if (released) {
		__sync_fetch_and_add(&origin->exit_released, 1);
		if (by == UF_EXIT_BY_RCU)
			__sync_fetch_and_add(&ways->by_rcu, 1);
		else if (by == UF_EXIT_BY_WORKER)
			__sync_fetch_and_add(&ways->by_worker, 1);
		else if (by == UF_EXIT_BY_PARENT)
			__sync_fetch_and_add(&ways->by_parent, 1);
	} else {
		__sync_fetch_and_add(&origin->exit_pending, 1);
		if (unknown)
			__sync_fetch_and_add(&ways->unknown, 1);
	}
	return 0;
}
