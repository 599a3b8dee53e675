/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Arrays of objects without bpf_loop (before 5.17): loops that the verifier walks through, with
 * global functions for bodies, which it reads once. Part of probes/slab_bulk.bpf.c. */
#ifndef UF_LEGACY_BULK_LOOP_H
#define UF_LEGACY_BULK_LOOP_H

/* kfree_rcu gives up to 500 pointers a call, all others fewer than 100; more than 64 pages count as
 * a failed read. */
#define UF_BULK_PAGE  256
#define UF_BULK_PAGES 64

/* 1: an object that was not followed, and that no cache counts. */
__noinline int bulk__one_died(u64 addr, u64 cache, u32 again)
{
	if (!object__is_pointer(addr) || !sample__follows(addr) || object__died(NULL, addr))
		return 0;
	if (!cache__counted())
		return 1;
	if (!again)
		cache__died(cache, addr);
	return 0;
}

__noinline int bulk__page_died(u64 array, u32 count, u64 cache, u32 again)
{
	int unknown = 0;

	for (u32 i = 0; i < UF_BULK_PAGE; i++) {
		u64 addr = 0;

		if (i >= count)
			break;
		if (bpf_probe_read_kernel(&addr, sizeof(addr), (u64 *)array + i))
			counter__inc(UF_CTR_READ_FAILED);
		unknown += bulk__one_died(addr, cache, again);
	}
	return unknown;
}

static __always_inline void bulk__each_died(u32 count, struct uf_bulk *bulk)
{
	u64 array = (u64)bulk->array;

	for (u32 page = 0; page < UF_BULK_PAGES; page++) {
		bulk->unknown += bulk__page_died(array, count, bulk->cache, bulk->again);
		if (count <= UF_BULK_PAGE)
			return;
		count -= UF_BULK_PAGE;
		array += UF_BULK_PAGE * sizeof(u64);
	}
	counter__inc(UF_CTR_READ_FAILED);
}

/* The meta in pieces, because a global function takes numbers only. `bits`: those of the meta, and
 * above them whether this is not the first copy. */
__noinline int bulk__one_born(u64 addr, u64 origin_and_tgid, u64 bits)
{
	struct uf_meta meta = {
		.birth_ns = clock__birth_ns(),
		.origin = origin_and_tgid >> 32,
		.tgid = (u32)origin_and_tgid,
		.bits = (u32)bits,
	};

	if (object__is_pointer(addr) && sample__follows(addr) &&
	    !object__enter(addr, &meta, origin__by_id(meta.origin), bits >> 32) && cache__counted())
		cache__born(0, addr, 1);
	return 0;
}

__noinline int bulk__page_born(u64 array, u32 count, u64 origin_and_tgid, u64 bits)
{
	for (u32 i = 0; i < UF_BULK_PAGE; i++) {
		u64 addr = 0;

		if (i >= count)
			break;
		if (bpf_probe_read_kernel(&addr, sizeof(addr), (u64 *)array + i))
			counter__inc(UF_CTR_READ_FAILED);
		bulk__one_born(addr, origin_and_tgid, bits);
	}
	return 0;
}

static __always_inline void bulk__each_born(u32 count, struct uf_bulk *bulk)
{
	u64 origin_and_tgid = ((u64)bulk->meta.origin << 32) | bulk->meta.tgid;
	u64 bits = ((u64)bulk->again << 32) | bulk->meta.bits;
	u64 array = (u64)bulk->array;

	/* Arrays of births are short: io_uring asks for 8, the network for 16 to 64. */
	for (u32 page = 0; page < 4; page++) {
		bulk__page_born(array, count, origin_and_tgid, bits);
		if (count <= UF_BULK_PAGE)
			return;
		count -= UF_BULK_PAGE;
		array += UF_BULK_PAGE * sizeof(u64);
	}
	counter__inc(UF_CTR_READ_FAILED);
}

#endif
