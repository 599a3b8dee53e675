// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Slab objects by way of their page, as virt_to_slab() and nearest_obj() find them: the object that
 * a member belongs to, and on kernels before 6.1, where neither the allocation tracepoints nor
 * kfree tell it, the cache of an object. x86-64 with a virtual memory map
 * (CONFIG_SPARSEMEM_VMEMMAP) and its place chosen at boot (CONFIG_DYNAMIC_MEMORY_LAYOUT).
 */
#include "lib/slab_page.bpf.h"
#include "lib/cache.bpf.h"

enum pageflags___v5 {
	PG_slab___v5 = 0,
};
struct page___v5 {
	unsigned long flags;
	unsigned long compound_head;   /* of a tail page: the head page + 1 */
	struct kmem_cache *slab_cache; /* up to 5.16 */
} __attribute__((preserve_access_index));
/* 7.x: where struct page has a power of two as size, a mask that leads to the head page. */
struct page___v7 {
	unsigned long compound_info;
} __attribute__((preserve_access_index));
/* The same memory from 5.17 on. */
struct slab___v5_17 {
	struct kmem_cache *slab_cache;
} __attribute__((preserve_access_index));
struct kmem_cache___layout {
	unsigned int size;
	int red_left_pad; /* CONFIG_SLUB_DEBUG */
} __attribute__((preserve_access_index));

#define UF_PAGE_SHIFT 12
/* Masks have their upper bits set; no struct page lies so high. */
#define UF_COMPOUND_MASK 0xffffff0000000000ULL

static __always_inline bool page__find_map(void)
{
	if (((volatile struct uf_state *)&run_state)->vmemmap)
		return true;
	if (bpf_probe_read_kernel(&run_state.page_offset, sizeof(u64),
				  (void *)cfg.page_offset_base))
		return false;
	return !bpf_probe_read_kernel(&run_state.vmemmap, sizeof(u64), (void *)cfg.vmemmap_base);
}

static __always_inline u64 page__head(u64 page)
{
	u64 info = 0;

	if (bpf_core_field_exists(struct page___v7, compound_info))
		bpf_core_read(&info, sizeof(info), &((struct page___v7 *)page)->compound_info);
	else
		bpf_core_read(&info, sizeof(info), &((struct page___v5 *)page)->compound_head);
	if (!(info & 1))
		return page;
	return info >= UF_COMPOUND_MASK ? page & info & ~1ULL : info - 1;
}

/* The head page; 0: nothing in the kernel's own mapping of memory. */
static __always_inline u64 page__of(u64 addr)
{
	if (!page__find_map() || addr < run_state.page_offset)
		return 0;
	return page__head(run_state.vmemmap + ((addr - run_state.page_offset) >> UF_PAGE_SHIFT) *
						      bpf_core_type_size(struct page));
}

static __always_inline u64 page__cache(u64 page)
{
	u64 cache = 0;

	if (bpf_core_field_exists(struct page___v5, slab_cache))
		bpf_core_read(&cache, sizeof(cache), &((struct page___v5 *)page)->slab_cache);
	else
		bpf_core_read(&cache, sizeof(cache), &((struct slab___v5_17 *)page)->slab_cache);
	return cache;
}

__noinline u64 slab_page__object(u64 addr)
{
	u64 page = page__of(addr), start;
	struct kmem_cache___layout *layout;
	u32 size = 0, pad = 0;

	if (!page)
		return 0;
	start = run_state.page_offset +
		((page - run_state.vmemmap) / bpf_core_type_size(struct page) << UF_PAGE_SHIFT);
	layout = (struct kmem_cache___layout *)page__cache(page);
	if (!layout || bpf_core_read(&size, sizeof(size), &layout->size) || !size || addr < start)
		return 0;
	if (bpf_core_field_exists(layout->red_left_pad))
		bpf_core_read(&pad, sizeof(pad), &layout->red_left_pad);
	return start + (addr - start) / size * size + pad;
}

#ifdef UF_LEGACY
__noinline u64 cache__of_page(u64 addr)
{
	u64 page = cfg.cache_of ? page__of(addr) : 0, flags = 0;

	if (!page)
		return 0;
	bpf_core_read(&flags, sizeof(flags), &((struct page___v5 *)page)->flags);
	if (!(flags & (1UL << bpf_core_enum_value(enum pageflags___v5, PG_slab___v5))))
		return 0;
	return page__cache(page);
}
#endif
