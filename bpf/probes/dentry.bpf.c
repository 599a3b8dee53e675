// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Dentries. Birth: __d_alloc, where every d_alloc* ends. Death: dentry_free, called by both ways a
 * dentry can end; __d_free behind it is inlined. The memory follows after a grace period, except
 * for sockets and pipes. When the slab tracepoints give births and deaths (cfg.kmem_births), the
 * death is the memory's, and dentry_free is the stage rcu_pending.
 *
 * Reference counts cannot be followed by hooks (lockref is inlined or not traceable), so they are
 * read when a report asks. dput fires on every path walk: only for traced processes.
 */
#include "lib/object.bpf.h"
#include "lib/trampoline.bpf.h"

static __always_inline void dentry__born(void *ctx, u64 dentry, bool again)
{
	struct uf_birth birth = {.addr = dentry, .object_class = UF_CLASS_DENTRY};

	if (!object__is_pointer(dentry) || !sample__follows(dentry))
		return;
	birth.owner = context__owner(ctx);
	if (aim__wants(&birth))
		object__born(ctx, &birth, again);
}

static __always_inline void dentry__died(void *ctx, u64 dentry)
{
	if (!sample__follows(dentry))
		return;
	if (cfg.kmem_births)
		object__reached(dentry, UF_STAGE_RCU_PENDING, 0);
	else
		object__died(ctx, dentry);
}

static __always_inline int dentry_alloc(u64 *ctx, bool again)
{
	if (hook__active(UF_HOOK_DENTRY_ALLOC))
		dentry__born(ctx, trampoline__ret(ctx, 2), again);
	return 0;
}
UF_TRAMPOLINE_COPIES("fexit/__d_alloc", UF_HOOK_DENTRY_ALLOC, dentry_alloc)

SEC("?kretprobe/__d_alloc")
int dentry_alloc_kretprobe(struct pt_regs *ctx)
{
	if (hook__active(UF_HOOK_DENTRY_ALLOC))
		dentry__born(ctx, PT_REGS_RC(ctx), false);
	return 0;
}

static __always_inline int dentry_free(u64 *ctx, bool again)
{
	if (hook__active(UF_HOOK_DENTRY_FREE))
		dentry__died(ctx, trampoline__arg(ctx, 0));
	return 0;
}
UF_TRAMPOLINE_COPIES("fentry/dentry_free", UF_HOOK_DENTRY_FREE, dentry_free)

SEC("?kprobe/dentry_free")
int dentry_free_kprobe(struct pt_regs *ctx)
{
	if (hook__active(UF_HOOK_DENTRY_FREE))
		dentry__died(ctx, PT_REGS_PARM1(ctx));
	return 0;
}

/* First time without a reference: it goes on the LRU. Later drops to zero are lock-free. */
SEC("?fentry/d_lru_add")
int dentry_lru(u64 *ctx)
{
	if (hook__active(UF_HOOK_DENTRY_LRU))
		object__reached(trampoline__arg(ctx, 0), UF_STAGE_UNREFERENCED, 0);
	return 0;
}

SEC("?kprobe/d_lru_add")
int dentry_lru_kprobe(struct pt_regs *ctx)
{
	if (hook__active(UF_HOOK_DENTRY_LRU))
		object__reached(PT_REGS_PARM1(ctx), UF_STAGE_UNREFERENCED, 0);
	return 0;
}

static __always_inline void dentry__put(u64 dentry)
{
	struct dentry *d = (struct dentry *)dentry;

	if (!dentry || !(proc__flags(bpf_get_current_pid_tgid() >> 32) & UF_PROC_TARGET))
		return;
	if (BPF_CORE_READ(d, d_lockref.count) == 1)
		object__reached(dentry, UF_STAGE_LAST_DPUT, 0);
}

SEC("?fentry/dput")
int dentry_dput(u64 *ctx)
{
	if (hook__active(UF_HOOK_DENTRY_DPUT))
		dentry__put(trampoline__arg(ctx, 0));
	return 0;
}

SEC("?kprobe/dput")
int dentry_dput_kprobe(struct pt_regs *ctx)
{
	if (hook__active(UF_HOOK_DENTRY_DPUT))
		dentry__put(PT_REGS_PARM1(ctx));
	return 0;
}
