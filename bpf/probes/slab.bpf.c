// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Births and deaths in the slab allocator, from the kmem tracepoints. Raw tracepoints, because
 * tp_btf refuses their `const void *` before 6.13.
 *
 * The birth tracepoints run after the object is owned and before the caller has it, the death
 * tracepoints (6.1 and later) before the memory can be handed out again; so per address births and
 * deaths are ordered by the allocator itself. Sockets and dentries are told by the function that
 * allocates them (cfg.sites): names of caches lie when caches are merged.
 */
#include "lib/slab.bpf.h"

/* (call_site, ptr, s, gfp_flags, node) since 6.1 ("mm/slab_common: drop kmem_alloc & avoid
 * dereferencing fields when not using"). */
static __always_inline int slab_alloc_cache(struct bpf_raw_tracepoint_args *ctx, bool again)
{
	if (hook__active(UF_HOOK_SLAB_ALLOC_CACHE) && context__current_wanted() &&
	    slab__wanted(ctx->args[1])) {
		struct uf_birth birth = {
			.call_site = ctx->args[0],
			.addr = ctx->args[1],
			.cache = ctx->args[2],
		};

		slab__born(ctx, &birth, true, again);
	}
	return 0;
}
UF_RAW_TP_COPIES("kmem_cache_alloc", UF_HOOK_SLAB_ALLOC_CACHE, slab_alloc_cache)

/* (call_site, ptr, bytes_req, bytes_alloc, gfp_flags, node) */
static __always_inline int slab_alloc_kmalloc(struct bpf_raw_tracepoint_args *ctx, bool again)
{
	if (hook__active(UF_HOOK_SLAB_ALLOC_KMALLOC) && context__current_wanted() &&
	    slab__wanted(ctx->args[1])) {
		struct uf_birth birth = {
			.call_site = ctx->args[0],
			.addr = ctx->args[1],
			.size = ctx->args[3],
		};

		slab__born(ctx, &birth, false, again);
	}
	return 0;
}
UF_RAW_TP_COPIES("kmalloc", UF_HOOK_SLAB_ALLOC_KMALLOC, slab_alloc_kmalloc)

/* (call_site, ptr, s) */
static __always_inline int slab_free_cache(struct bpf_raw_tracepoint_args *ctx, bool again)
{
	return slab__died(ctx, UF_HOOK_SLAB_FREE_CACHE, ctx->args[1], ctx->args[2], again);
}
UF_RAW_TP_COPIES("kmem_cache_free", UF_HOOK_SLAB_FREE_CACHE, slab_free_cache)

/* (call_site, ptr); frees objects of kmem_cache_alloc too. */
static __always_inline int slab_free_kfree(struct bpf_raw_tracepoint_args *ctx, bool again)
{
	return slab__died(ctx, UF_HOOK_SLAB_FREE_KFREE, ctx->args[1], 0, again);
}
UF_RAW_TP_COPIES("kfree", UF_HOOK_SLAB_FREE_KFREE, slab_free_kfree)
