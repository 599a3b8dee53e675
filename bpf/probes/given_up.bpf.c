// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Who gave an object back, its program or the exit of its process, where RCU or a worker frees it
 * later. Only where chosen processes are followed.
 *
 * call_rcu() gets a member of the object. It is noted with the object as kfree_rcu() is
 * (probes/slab_bulk.bpf.c). What frees other objects together with that one, in the same callback,
 * is not seen: their deaths are counted as unknown.
 */
#include "lib/object.bpf.h"
#include "lib/slab_page.bpf.h"
#include "lib/trampoline.bpf.h"

/* A process that is followed, a waiting parent, and what works for both. */
static __always_inline bool given_up__concerns(void *ctx)
{
	return exit__by(ctx) != UF_EXIT_BY_OTHER || proc__flags(bpf_get_current_pid_tgid() >> 32);
}

static __always_inline int given_up__callback(u64 *ctx)
{
	struct uf_meta *meta;
	u64 addr;

	if (!given_up__concerns(ctx))
		return 0;
	addr = slab_page__object(trampoline__arg(ctx, 0));
	meta = addr ? object__find(addr) : NULL;
	if (meta)
		object__given_up(ctx, addr, meta);
	return 0;
}

SEC("?fentry/call_rcu")
int given_up_rcu(u64 *ctx)
{
	return hook__active(UF_HOOK_CALL_RCU) ? given_up__callback(ctx) : 0;
}

/* 6.2 and later ("rcu: Make call_rcu() lazy to save power"). */
SEC("?fentry/call_rcu_hurry")
int given_up_rcu_hurry(u64 *ctx)
{
	return hook__active(UF_HOOK_CALL_RCU_HURRY) ? given_up__callback(ctx) : 0;
}

/* May it have been given up long before it came into its queue? It waited for a timer or a grace
 * period; or an RCU callback or another work puts it there. */
static __always_inline bool work__came_late(void *ctx, struct work_struct *work)
{
	enum uf_exit_by by = exit__by(ctx);
	u64 timer = 0, callback = 0;

	if (by == UF_EXIT_BY_RCU || by == UF_EXIT_BY_WORKER)
		return true;
	bpf_core_read(&timer, sizeof(timer), &((struct delayed_work *)work)->timer.function);
	bpf_core_read(&callback, sizeof(callback), &((struct rcu_work *)work)->rcu.func);
	return !cfg.delayed_work_timer || timer == cfg.delayed_work_timer ||
	       (callback && callback == cfg.rcu_work_callback);
}

/* (req_cpu, pwq, work), before it can begin */
SEC("?raw_tp/workqueue_queue_work")
int work_queued(struct bpf_raw_tracepoint_args *ctx)
{
	struct work_struct *work = (struct work_struct *)ctx->args[2];

	if (hook__active(UF_HOOK_WORK_QUEUED))
		moment__set(UF_MOMENT_WORK, (u64)work,
			    work__came_late(ctx, work) ? 0 : bpf_ktime_get_ns());
	return 0;
}

/* (work): by the kernel thread that does it */
SEC("?raw_tp/workqueue_execute_start")
int work_begun(struct bpf_raw_tracepoint_args *ctx)
{
	if (hook__active(UF_HOOK_WORK_BEGUN))
		moment__set(UF_MOMENT_WORK_BEGUN, (u32)bpf_get_current_pid_tgid(),
			    moment__since(UF_MOMENT_WORK, ctx->args[0]));
	return 0;
}
