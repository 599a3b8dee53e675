// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Counting what is not followed, by slab cache. */
#include "lib/atomic.bpf.h"
#include "lib/cache.bpf.h"

#define UF_CACHE_PROBES 8

#ifndef UF_LEGACY
/* 6.13 ("bpf: Add bpf_get_kmem_cache() kfunc"). Guarded by cfg.cache_of and not by its address,
 * which libbpf before 1.2 cannot relocate: on older kernels the call is dead code. It is in this
 * file because bpftool cannot link two objects that both declare a weak function. */
extern struct kmem_cache *bpf_get_kmem_cache(u64 addr) __ksym __weak;

/* 0: a large kmalloc, which is in no cache, or the kernel cannot tell. */
static __always_inline u64 cache__of(u64 addr)
{
	struct kmem_cache *cache;
	u64 value = 0;

	if (!cfg.cache_of)
		return 0;
	cache = bpf_get_kmem_cache(addr);
	/* Read back it is a number, on which the verifier permits arithmetic. */
	bpf_probe_read_kernel(&value, sizeof(value), &cache);
	return value;
}
#else
static __always_inline u64 cache__of(u64 addr)
{
	return cache__of_page(addr);
}
#endif

static __always_inline void cache__name(struct uf_cache *entry, u64 cache)
{
	struct kmem_cache *s = (struct kmem_cache *)cache;
	const char *name = NULL;

	if (bpf_core_read(&name, sizeof(name), &s->name) ||
	    bpf_probe_read_kernel_str(entry->name, sizeof(entry->name), name) < 0)
		counter__inc(UF_CTR_READ_FAILED);
}

/* The entry of a cache; the last one if the cache is unknown or there is no room. */
static __always_inline struct uf_cache *cache__entry(struct uf_cpu *cpu, u64 cache)
{
	u32 at = (u32)(((cache >> 3) * 0x9E3779B97F4A7C15ULL) >> 32);

	if (!cache)
		return &cpu->caches[UF_CACHES];
	for (u32 i = 0; i < UF_CACHE_PROBES; i++) {
		struct uf_cache *entry = &cpu->caches[(at + i) & (UF_CACHES - 1)];
		u64 held = ((volatile struct uf_cache *)entry)->cache;

		if (likely(held == cache))
			return entry;
		if (held)
			continue;
		/* An interrupt on this CPU may claim the same entry. */
		held = atomic__claim(&entry->cache, cache, at + i);
		if (!held)
			cache__name(entry, cache);
		if (!held || held == cache)
			return entry;
	}
	return &cpu->caches[UF_CACHES];
}

__noinline int cache__died(u64 cache, u64 addr)
{
	struct uf_cpu *cpu = cpu__this();

	if (cpu)
		__sync_fetch_and_add(&cache__entry(cpu, cache ?: cache__of(addr))->deaths, 1);
	return 0;
}

__noinline int cache__born(u64 cache, u64 addr, u32 count)
{
	struct uf_cpu *cpu = cpu__this();

	if (cpu)
		__sync_fetch_and_add(&cache__entry(cpu, cache ?: cache__of(addr))->births, count);
	return 0;
}
