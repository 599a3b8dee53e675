// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Per-CPU memory (alloc_percpu): counters, statistics, BPF maps. Birth and death are the
 * tracepoints of mm/percpu.c, which all of its ways in and out pass. The birth runs when the memory
 * is cleared and before its caller has it, the death under pcpu_lock, before the memory can be
 * handed out again.
 *
 * An object is named by the pointer that its caller gets, a multiple of 4: an address in the first
 * chunk or in the vmalloc area, less that of the first chunk, plus that of the linker's section for
 * per-CPU data. This is a number in the lower half of the address space or in the kernel's image,
 * never in the direct map, where slab objects are; on a kernel for one processor it is the address
 * of pages that are no slab's. So it meets no other object in the table.
 *
 * It is as large as it is on each possible CPU together.
 */
#include "lib/object.bpf.h"

static __always_inline struct uf_unfollowed *percpu__unfollowed(void)
{
	struct uf_cpu *cpu = cache__counted() ? cpu__this() : NULL;

	return cpu ? &cpu->unfollowed[UF_CLASS_PERCPU] : NULL;
}

static __always_inline int percpu_alloc(struct bpf_raw_tracepoint_args *ctx, bool again)
{
	struct uf_birth birth = {.object_class = UF_CLASS_PERCPU};
	struct uf_unfollowed *unfollowed;
	bool counted = again;

	if (!hook__active(UF_HOOK_PERCPU_ALLOC) || !context__current_wanted())
		return 0;
	birth.addr = compat__percpu_pointer(ctx);
	if (!object__is_pointer(birth.addr) || !sample__follows(birth.addr))
		return 0;
	birth.call_site = compat__percpu_call_site(ctx);
	birth.size = compat__percpu_size(ctx) * cfg.possible_cpus;
	birth.owner = context__owner(ctx);
	if (aim__wants(&birth))
		counted = object__born(ctx, &birth, again);
	unfollowed = counted ? NULL : percpu__unfollowed();
	if (unfollowed)
		__sync_fetch_and_add(&unfollowed->births, 1);
	return 0;
}
UF_RAW_TP_COPIES("percpu_alloc_percpu", UF_HOOK_PERCPU_ALLOC, percpu_alloc)

/* (base_addr, off, ptr) */
static __always_inline int percpu_free(struct bpf_raw_tracepoint_args *ctx, bool again)
{
	struct uf_unfollowed *unfollowed;
	u64 addr = ctx->args[2];

	if (!hook__active(UF_HOOK_PERCPU_FREE) || !object__is_pointer(addr) ||
	    !sample__follows(addr) || object__died(ctx, addr) || again)
		return 0;
	unfollowed = percpu__unfollowed();
	if (unfollowed)
		__sync_fetch_and_add(&unfollowed->deaths, 1);
	return 0;
}
UF_RAW_TP_COPIES("percpu_free_percpu", UF_HOOK_PERCPU_FREE, percpu_free)
