// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * kmalloc_nolock() and kfree_nolock(), 6.18 and later: allocations in places where no lock may be
 * taken, by BPF itself above all. Neither has a tracepoint. What kmalloc_nolock() gave may be freed
 * by kfree() too.
 */
#include "lib/object.bpf.h"
#include "lib/trampoline.bpf.h"

/* (size, ...): the object or NULL. */
static __always_inline int slab_alloc_nolock(u64 *ctx, bool again)
{
	struct uf_birth birth = {.object_class = UF_CLASS_SLAB};

	if (!hook__active(UF_HOOK_SLAB_ALLOC_NOLOCK))
		return 0;
	birth.addr = trampoline__ret(ctx, 3);
	birth.size = trampoline__arg(ctx, 0);
	if (!object__is_pointer(birth.addr) || !sample__follows(birth.addr))
		return 0;
	birth.owner = context__owner(ctx);
	if (aim__wants(&birth))
		object__born(ctx, &birth, again);
	return 0;
}
UF_TRAMPOLINE_COPIES("fexit/kmalloc_nolock_noprof", UF_HOOK_SLAB_ALLOC_NOLOCK, slab_alloc_nolock)

/* Renamed in 7.x, when kmalloc got a token of the type it allocates. */
static __always_inline int slab_alloc_nolock_v7(u64 *ctx, bool again)
{
	return slab_alloc_nolock(ctx, again);
}
UF_TRAMPOLINE_COPIES("fexit/_kmalloc_nolock_noprof", UF_HOOK_SLAB_ALLOC_NOLOCK,
		     slab_alloc_nolock_v7)

/* (ptr) */
static __always_inline int slab_free_nolock(u64 *ctx, bool again)
{
	u64 addr;

	if (!hook__active(UF_HOOK_SLAB_FREE_NOLOCK))
		return 0;
	addr = trampoline__arg(ctx, 0);
	if (!object__is_pointer(addr) || !sample__follows(addr))
		return 0;
	if (!object__died(ctx, addr) && !again) {
		if (cache__counted())
			cache__died(0, addr, 0);
		else
			counter__inc(UF_CTR_UNKNOWN_DEATHS);
	}
	return 0;
}
UF_TRAMPOLINE_COPIES("fentry/kfree_nolock", UF_HOOK_SLAB_FREE_NOLOCK, slab_free_nolock)
