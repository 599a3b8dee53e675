// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Slab objects that pass the kmem tracepoints by.
 *
 * kmem_cache_alloc_bulk and kmem_cache_free_bulk have no tracepoint: socket buffers (NAPI), maple
 * tree nodes, io_uring requests, and everything that kfree_rcu() freed, up to 6.17 always and later
 * for caches without sheaves. From 6.18 kfree_rcu() may put objects into a sheaf, an array that
 * rcu_free_sheaf() empties after a grace period, without any event either. The arrays are read on
 * entry, before the functions reorder them.
 *
 * kvfree_call_rcu() is where an object is given up: from then on it is rcu-pending, not leaked.
 */
#include "lib/given_up.bpf.h"
#include "lib/object.bpf.h"
#include "lib/trampoline.bpf.h"

struct uf_bulk {
	u64 *array;
	u64 cache;	     /* 0: unknown */
	struct uf_meta meta; /* births */
	u32 again;
	u32 unknown; /* deaths: of objects that were not followed */
};

#ifndef UF_LEGACY
static long bulk__died(u32 i, struct uf_bulk *bulk)
{
	u64 addr = 0;

	if (bpf_probe_read_kernel(&addr, sizeof(addr), bulk->array + i))
		counter__inc(UF_CTR_READ_FAILED);
	/* No context: what a process gives back in bulk is not what its exit frees. */
	else if (object__is_pointer(addr) && sample__follows(addr) && !object__died(NULL, addr)) {
		if (!cache__counted())
			bulk->unknown++;
		else if (!bulk->again)
			cache__died(bulk->cache, addr, 0);
	}
	return 0;
}

static long bulk__born(u32 i, struct uf_bulk *bulk)
{
	u64 addr = 0;

	if (bpf_probe_read_kernel(&addr, sizeof(addr), bulk->array + i))
		counter__inc(UF_CTR_READ_FAILED);
	else if (object__is_pointer(addr) && sample__follows(addr) &&
		 !object__enter(addr, &bulk->meta, origin__by_id(bulk->meta.origin), bulk->again) &&
		 cache__counted())
		cache__born(bulk->cache, addr, 1, 0);
	return 0;
}

static __always_inline void bulk__each_died(u32 count, struct uf_bulk *bulk)
{
	bpf_loop(count, bulk__died, bulk, 0);
}

static __always_inline void bulk__each_born(u32 count, struct uf_bulk *bulk)
{
	bpf_loop(count, bulk__born, bulk, 0);
}
#else
#include "probes/slab_bulk_legacy.inc"
#endif

static __always_inline void slab__died_array(u64 cache, u64 array, u32 count, bool again)
{
	struct uf_bulk bulk = {.array = (u64 *)array, .cache = cache, .again = again};
	struct uf_cpu *cpu = cpu__this();

	bulk__each_died(count, &bulk);
	if (cpu && !again)
		__sync_fetch_and_add(&cpu->counters[UF_CTR_UNKNOWN_DEATHS], bulk.unknown);
}

/* (s, size, p) */
static __always_inline int slab_free_bulk(u64 *ctx, bool again)
{
	if (hook__active(UF_HOOK_SLAB_FREE_BULK))
		slab__died_array(trampoline__arg(ctx, 0), trampoline__arg(ctx, 2),
				 trampoline__arg(ctx, 1), again);
	return 0;
}
UF_TRAMPOLINE_COPIES("fentry/kmem_cache_free_bulk", UF_HOOK_SLAB_FREE_BULK, slab_free_bulk)

SEC("?kprobe/kmem_cache_free_bulk")
int slab_free_bulk_kprobe(struct pt_regs *ctx)
{
	if (hook__active(UF_HOOK_SLAB_FREE_BULK))
		slab__died_array(PT_REGS_PARM1(ctx), PT_REGS_PARM3(ctx), PT_REGS_PARM2(ctx), false);
	return 0;
}

/* struct slab_sheaf, mm/slub.c: not in the type information of older kernels. */
struct slab_sheaf___v6_18 {
	unsigned int size;
	void *objects[];
} __attribute__((preserve_access_index));

/* The argument is the rcu_head at the start of the sheaf. */
static __always_inline void slab__died_sheaf(u64 *ctx, bool again)
{
	u64 sheaf = trampoline__arg(ctx, 0);
	struct slab_sheaf___v6_18 *typed = (struct slab_sheaf___v6_18 *)sheaf;

	/* Without its cache: that of the objects is found when one is unknown. */
	slab__died_array(0, sheaf + bpf_core_field_offset(struct slab_sheaf___v6_18, objects),
			 BPF_CORE_READ(typed, size), again);
}

static __always_inline int slab_free_sheaf(u64 *ctx, bool again)
{
	if (hook__active(UF_HOOK_SLAB_FREE_SHEAF))
		slab__died_sheaf(ctx, again);
	return 0;
}
UF_TRAMPOLINE_COPIES("fentry/rcu_free_sheaf", UF_HOOK_SLAB_FREE_SHEAF, slab_free_sheaf)

static __always_inline int slab_free_sheaf_nobarn(u64 *ctx, bool again)
{
	if (hook__active(UF_HOOK_SLAB_FREE_SHEAF_NOBARN))
		slab__died_sheaf(ctx, again);
	return 0;
}
UF_TRAMPOLINE_COPIES("fentry/rcu_free_sheaf_nobarn", UF_HOOK_SLAB_FREE_SHEAF_NOBARN,
		     slab_free_sheaf_nobarn)

/* (s, flags, size, p): number of objects, 0 for failure; bool since 7.2, so only its low byte
 * counts. */
static __always_inline int slab__born_array(u64 *ctx, bool again)
{
	struct uf_birth birth = {.object_class = UF_CLASS_SLAB};
	struct uf_bulk bulk = {.again = again};

	if (!(u8)trampoline__ret(ctx, 4))
		return 0;
	bulk.array = (u64 *)trampoline__arg(ctx, 3);
	birth.cache = bulk.cache = trampoline__arg(ctx, 0);
	birth.owner = context__owner(ctx);
	if (aim__wants(&birth)) {
		object__describe(ctx, &birth, &bulk.meta);
		bulk__each_born(trampoline__arg(ctx, 2), &bulk);
	} else if (cache__counted() && !again) {
		cache__born(birth.cache, 0, trampoline__arg(ctx, 2), 0);
	}
	return 0;
}

static __always_inline int slab_alloc_bulk(u64 *ctx, bool again)
{
	return hook__active(UF_HOOK_SLAB_ALLOC_BULK) ? slab__born_array(ctx, again) : 0;
}
UF_TRAMPOLINE_COPIES("fexit/kmem_cache_alloc_bulk", UF_HOOK_SLAB_ALLOC_BULK, slab_alloc_bulk)

/* Renamed in 6.10 ("mm/slab: enable slab allocation tagging for kmalloc and friends"). */
static __always_inline int slab_alloc_bulk_noprof(u64 *ctx, bool again)
{
	return slab_alloc_bulk(ctx, again);
}
UF_TRAMPOLINE_COPIES("fexit/kmem_cache_alloc_bulk_noprof", UF_HOOK_SLAB_ALLOC_BULK,
		     slab_alloc_bulk_noprof)

/* (head, ptr); before 6.4 (head, offset of head in the object); without a head the object itself.
 */
static __always_inline void slab__given_up(void *ctx, u64 head, u64 second)
{
	u64 addr = second < 4096 ? head - second : second;
	struct uf_meta *meta = object__find(addr);

	if (!meta)
		return;
	object__given_up(ctx, addr, meta);
	given_up__note(ctx, meta);
}

SEC("?fentry/kvfree_call_rcu")
int slab_free_rcu(u64 *ctx)
{
	if (hook__active(UF_HOOK_SLAB_FREE_RCU))
		slab__given_up(ctx, trampoline__arg(ctx, 0), trampoline__arg(ctx, 1));
	return 0;
}

SEC("?kprobe/kvfree_call_rcu")
int slab_free_rcu_kprobe(struct pt_regs *ctx)
{
	if (hook__active(UF_HOOK_SLAB_FREE_RCU))
		slab__given_up(ctx, PT_REGS_PARM1(ctx), PT_REGS_PARM2(ctx));
	return 0;
}
