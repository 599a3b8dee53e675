/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the slab tracepoints have in common: the class of a birth by its call site, births, deaths.
 */
#ifndef UF_LIB_SLAB_H
#define UF_LIB_SLAB_H

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

static __always_inline bool slab__wanted(u64 addr)
{
	return object__is_pointer(addr) && sample__follows(addr);
}

static __always_inline void slab__born(struct bpf_raw_tracepoint_args *ctx, struct uf_birth *birth,
				       bool own_cache, bool again)
{
	bool counted = again;

	birth->object_class = site__class(birth->call_site, own_cache);
	if (birth->object_class == UF_CLASS_NONE)
		return;
	table__fetch(birth->addr);
	birth->owner = context__owner(ctx);
	/* A socket cloned in softirq for a listener: wanted if the listener is, which is found out
	 * when the clone returns or is accepted. */
	if (aim__wants(birth))
		counted = object__born(ctx, birth, again);
	if (!counted && cache__counted() && birth->size <= UF_KMALLOC_MAX)
		cache__born(birth->cache, birth->addr, 1, cache__at(ctx));
}

/* `cache`: 0 for kfree, which does not tell. */
static __always_inline int slab__died(void *ctx, enum uf_hook hook, u64 addr, u64 cache, bool again)
{
	if (!hook__active(hook) || !slab__wanted(addr))
		return 0;
	if (!object__died(ctx, addr) && !again) {
		if (cache__counted())
			cache__died(cache, addr, cache__at(ctx));
		else if (cfg.classes & (1 << UF_CLASS_SLAB))
			counter__inc(UF_CTR_UNKNOWN_DEATHS);
	}
	return 0;
}

#endif
