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

#ifndef UF_LEGACY
/* "dentry", as a number: that cache is never merged, it has a region for copies to user space. */
#define UF_NAME_DENTRY 0x7972746e6564ULL

/* Who works on the memory of an object: its program, or nobody that can be told. */
static __always_inline u64 cache__program(u64 at)
{
	struct task_struct *task = compat__current_task();
	struct pt_regs *regs = compat__task_regs(task);
	u64 comm[UF_COMM_LEN / 8] = {};

	if (!at || task->flags & UF_PF_KTHREAD ||
	    compat__in_interrupt_at(task, at, regs, cfg.irq_entry_start, cfg.irq_entry_end))
		return 0;
	if (bpf_probe_read_kernel(comm, sizeof(comm), &task->group_leader->comm))
		return 0;
	return uf_by_program(comm);
}

/* A dentry is freed by nobody, after a grace period mostly, but it has a file system still. When it
 * is born it has none yet. */
static __always_inline u64 cache__device(u64 addr)
{
	struct dentry *dentry = (struct dentry *)addr;

	return uf_by_device(BPF_CORE_READ(dentry, d_sb, s_dev));
}

/* NULL: not known, or no room. */
static __always_inline struct uf_older *cache__older(struct uf_cpu *cpu, u64 cache, u64 by)
{
	u64 key = ((cache >> 3) ^ by) * 0x9E3779B97F4A7C15ULL | 1;

	if (!cache || !by)
		return NULL;
	for (u32 i = 0; i < UF_CACHE_PROBES; i++) {
		struct uf_older *entry = &cpu->older[((u32)(key >> 32) + i) & (UF_OLDER - 1)];
		u64 held = ((volatile struct uf_older *)entry)->key;

		if (!held) {
			held = atomic__claim(&entry->key, key, 0);
			if (!held) {
				entry->by = by;
				entry->cache = cache;
				return entry;
			}
		}
		if (likely(held == key))
			return entry;
	}
	return NULL;
}

static __always_inline void cache__tell_death(struct uf_cpu *cpu, struct uf_cache *entry, u64 cache,
					      u64 addr, u64 at)
{
	bool dentry = *(volatile u64 *)entry->name == UF_NAME_DENTRY;
	struct uf_older *older =
		cache__older(cpu, cache, dentry ? cache__device(addr) : cache__program(at));

	if (older)
		__sync_fetch_and_add(&older->deaths, 1);
}

static __always_inline void cache__tell_birth(struct uf_cpu *cpu, u64 cache, u64 at)
{
	struct uf_older *older = cache__older(cpu, cache, cache__program(at));

	if (older)
		__sync_fetch_and_add(&older->births, 1);
}
#else
#define cache__tell_death(cpu, entry, cache, addr, at) (void)(at)
#define cache__tell_birth(cpu, cache, at)	       (void)(at)
#endif

__noinline int cache__died(u64 cache, u64 addr, u64 at)
{
	struct uf_cpu *cpu = cpu__this();
	struct uf_cache *entry;

	if (!cpu)
		return 0;
	cache = cache ?: cache__of(addr);
	entry = cache__entry(cpu, cache);
	__sync_fetch_and_add(&entry->deaths, 1);
	cache__tell_death(cpu, entry, cache, addr, at);
	return 0;
}

__noinline int cache__born(u64 cache, u64 addr, u32 count, u64 at)
{
	struct uf_cpu *cpu = cpu__this();

	if (!cpu)
		return 0;
	cache = cache ?: cache__of(addr);
	__sync_fetch_and_add(&cache__entry(cpu, cache)->births, count);
	if (at)
		cache__tell_birth(cpu, cache, at);
	return 0;
}

__noinline u64 cache__find(u64 addr)
{
	return cache__of(addr);
}
