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
#include "lib/object.bpf.h"

/* `own_cache`: from kmem_cache_alloc. __d_alloc also allocates long names, by kmalloc. */
static __always_inline u32 site__class(u64 call_site, bool own_cache)
{
#pragma unroll
	for (u32 i = 0; i < UF_SITE_MAX; i++) {
		if (i >= cfg.nr_sites)
			break;
		if (!own_cache && cfg.sites[i].object_class == UF_CLASS_DENTRY)
			continue;
		if (call_site >= cfg.sites[i].start && call_site < cfg.sites[i].end)
			return cfg.sites[i].object_class;
	}
	return cfg.classes & (1 << UF_CLASS_SLAB) ? UF_CLASS_SLAB : UF_CLASS_NONE;
}

/* Has the copy before this one handled the event? What spare copies find out first, because most of
 * the time it is all they do: nothing else is looked at. */
static __always_inline bool slab__handled(enum uf_hook hook, u64 addr, u32 copy)
{
	struct uf_cpu *cpu;

	if (!copy)
		return false;
	cpu = cpu__this();
	if (!cpu || cpu->done[hook] != addr)
		return false;
	if (copy + 1 >= cfg.copies)
		cpu->done[hook] = 0;
	return true;
}

/* NULL: there is nothing to do. */
static __always_inline struct uf_cpu *slab__begin(enum uf_hook hook, u64 addr, u32 copy)
{
	struct uf_cpu *cpu;

	if (!object__is_pointer(addr) || !sample__follows(addr))
		return NULL;
	cpu = cpu__this();
	return cpu && copy__begin(cpu, hook, addr, copy) ? cpu : NULL;
}

static __always_inline void slab__born(struct bpf_raw_tracepoint_args *ctx, enum uf_hook hook,
				       struct uf_birth *birth, struct uf_cpu *cpu, u32 copy)
{
	birth->object_class = site__class(birth->call_site, birth->cache != 0);
	if (birth->object_class != UF_CLASS_NONE) {
		bool counted = copy > 0;

		birth->owner = context__owner(ctx);
		/* A socket cloned in softirq for a listener: wanted if the listener is, which is
		 * found out when the clone returns or is accepted. */
		if (context__wanted(birth->owner.tgid))
			counted = object__born(ctx, birth, copy > 0);
		if (!counted && cache__counted() && birth->size <= UF_KMALLOC_MAX)
			cache__born(birth->cache, birth->addr, 1);
	}
	copy__end(cpu, hook, birth->addr, copy);
}

/* `cache`: 0 for kfree, which does not tell. */
static __always_inline int slab__died(void *ctx, enum uf_hook hook, u64 addr, u64 cache, u32 copy)
{
	struct uf_cpu *cpu;

	if (slab__handled(hook, addr, copy) || !hook__active(hook))
		return 0;
	cpu = slab__begin(hook, addr, copy);
	if (!cpu)
		return 0;
	if (!object__died(ctx, addr) && copy == 0) {
		if (cache__counted())
			cache__died(cache, addr);
		else if (cfg.classes & (1 << UF_CLASS_SLAB))
			__sync_fetch_and_add(&cpu->counters[UF_CTR_UNKNOWN_DEATHS], 1);
	}
	copy__end(cpu, hook, addr, copy);
	return 0;
}

/* (call_site, ptr, s, gfp_flags, node) since 6.1 ("mm/slab_common: drop kmem_alloc & avoid
 * dereferencing fields when not using"). */
static __always_inline int slab_alloc_cache(struct bpf_raw_tracepoint_args *ctx, u32 copy)
{
	struct uf_cpu *cpu;

	if (slab__handled(UF_HOOK_SLAB_ALLOC_CACHE, ctx->args[1], copy) ||
	    !hook__active(UF_HOOK_SLAB_ALLOC_CACHE) || !context__current_wanted())
		return 0;
	cpu = slab__begin(UF_HOOK_SLAB_ALLOC_CACHE, ctx->args[1], copy);
	if (cpu) {
		struct uf_birth birth = {
			.call_site = ctx->args[0],
			.addr = ctx->args[1],
			.cache = ctx->args[2],
		};

		slab__born(ctx, UF_HOOK_SLAB_ALLOC_CACHE, &birth, cpu, copy);
	}
	return 0;
}
UF_RAW_TP_COPIES("kmem_cache_alloc", slab_alloc_cache)

/* (call_site, ptr, bytes_req, bytes_alloc, gfp_flags, node) */
static __always_inline int slab_alloc_kmalloc(struct bpf_raw_tracepoint_args *ctx, u32 copy)
{
	struct uf_cpu *cpu;

	if (slab__handled(UF_HOOK_SLAB_ALLOC_KMALLOC, ctx->args[1], copy) ||
	    !hook__active(UF_HOOK_SLAB_ALLOC_KMALLOC) || !context__current_wanted())
		return 0;
	cpu = slab__begin(UF_HOOK_SLAB_ALLOC_KMALLOC, ctx->args[1], copy);
	if (cpu) {
		struct uf_birth birth = {
			.call_site = ctx->args[0],
			.addr = ctx->args[1],
			.size = ctx->args[3],
		};

		slab__born(ctx, UF_HOOK_SLAB_ALLOC_KMALLOC, &birth, cpu, copy);
	}
	return 0;
}
UF_RAW_TP_COPIES("kmalloc", slab_alloc_kmalloc)

/* (call_site, ptr, s) */
static __always_inline int slab_free_cache(struct bpf_raw_tracepoint_args *ctx, u32 copy)
{
	return slab__died(ctx, UF_HOOK_SLAB_FREE_CACHE, ctx->args[1], ctx->args[2], copy);
}
UF_RAW_TP_COPIES("kmem_cache_free", slab_free_cache)

/* (call_site, ptr); frees objects of kmem_cache_alloc too. */
static __always_inline int slab_free_kfree(struct bpf_raw_tracepoint_args *ctx, u32 copy)
{
	return slab__died(ctx, UF_HOOK_SLAB_FREE_KFREE, ctx->args[1], 0, copy);
}
UF_RAW_TP_COPIES("kfree", slab_free_kfree)
