// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Births and deaths in the slab allocator of kernels before 6.1, as probes/slab.bpf.c has them of
 * later ones. There allocations on a chosen node have tracepoints of their own, none tells the
 * cache, and kmem_cache_free is traced after the free, when another CPU may have the memory
 * already: so its death is the entry of the function.
 */
#include "lib/slab.bpf.h"
#include "lib/trampoline.bpf.h"

/* (call_site, ptr, bytes_req, bytes_alloc, gfp_flags[, node]) */
static __always_inline int slab__alloc(struct bpf_raw_tracepoint_args *ctx, enum uf_hook hook,
				       bool own_cache, bool again)
{
	u64 addr = ctx->args[1];

	if (hook__active(hook) && context__current_wanted() && slab__wanted(addr)) {
		struct uf_birth birth = {.call_site = ctx->args[0], .addr = addr};

		if (own_cache)
			birth.cache = cache__of_page(addr);
		if (!birth.cache)
			birth.size = ctx->args[3];
		slab__born(ctx, &birth, own_cache, again);
	}
	return 0;
}

static __always_inline int slab_alloc_cache(struct bpf_raw_tracepoint_args *ctx, bool again)
{
	return slab__alloc(ctx, UF_HOOK_SLAB_ALLOC_CACHE, true, again);
}
UF_RAW_TP_COPIES("kmem_cache_alloc", UF_HOOK_SLAB_ALLOC_CACHE, slab_alloc_cache)

static __always_inline int slab_alloc_cache_node(struct bpf_raw_tracepoint_args *ctx, bool again)
{
	return slab__alloc(ctx, UF_HOOK_SLAB_ALLOC_CACHE_NODE, true, again);
}
UF_RAW_TP_COPIES("kmem_cache_alloc_node", UF_HOOK_SLAB_ALLOC_CACHE_NODE, slab_alloc_cache_node)

static __always_inline int slab_alloc_kmalloc(struct bpf_raw_tracepoint_args *ctx, bool again)
{
	return slab__alloc(ctx, UF_HOOK_SLAB_ALLOC_KMALLOC, false, again);
}
UF_RAW_TP_COPIES("kmalloc", UF_HOOK_SLAB_ALLOC_KMALLOC, slab_alloc_kmalloc)

static __always_inline int slab_alloc_kmalloc_node(struct bpf_raw_tracepoint_args *ctx, bool again)
{
	return slab__alloc(ctx, UF_HOOK_SLAB_ALLOC_KMALLOC_NODE, false, again);
}
UF_RAW_TP_COPIES("kmalloc_node", UF_HOOK_SLAB_ALLOC_KMALLOC_NODE, slab_alloc_kmalloc_node)

/* (s, x) */
static __always_inline int slab_free_cache_entry(u64 *ctx, bool again)
{
	return slab__died(ctx, UF_HOOK_SLAB_FREE_CACHE, trampoline__arg(ctx, 1),
			  trampoline__arg(ctx, 0), again);
}
UF_TRAMPOLINE_COPIES("fentry/kmem_cache_free", UF_HOOK_SLAB_FREE_CACHE, slab_free_cache_entry)

/* (call_site, ptr); frees objects of kmem_cache_alloc too. */
static __always_inline int slab_free_kfree(struct bpf_raw_tracepoint_args *ctx, bool again)
{
	return slab__died(ctx, UF_HOOK_SLAB_FREE_KFREE, ctx->args[1], 0, again);
}
UF_RAW_TP_COPIES("kfree", UF_HOOK_SLAB_FREE_KFREE, slab_free_kfree)
