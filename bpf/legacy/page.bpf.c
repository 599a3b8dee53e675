// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The slab cache of an object by way of its page, as virt_to_head_page() finds it. On kernels
 * before 6.1 neither the allocation tracepoints nor kfree tell the cache. x86-64 with a virtual
 * memory map (CONFIG_SPARSEMEM_VMEMMAP) and its place chosen at boot
 * (CONFIG_DYNAMIC_MEMORY_LAYOUT).
 */
#include "lib/cache.bpf.h"

enum pageflags___v5 {
	PG_slab___v5 = 0,
};
struct page___v5 {
	unsigned long flags;
	unsigned long compound_head;
	struct kmem_cache *slab_cache; /* up to 5.16 */
} __attribute__((preserve_access_index));
/* The same memory from 5.17 on. */
struct slab___v5_17 {
	struct kmem_cache *slab_cache;
} __attribute__((preserve_access_index));

extern const void vmemmap_base __ksym __weak;
extern const void page_offset_base __ksym __weak;

#define UF_PAGE_SHIFT 12

static __always_inline bool page__find_map(void)
{
	if (((volatile struct uf_state *)&run_state)->vmemmap)
		return true;
	if (bpf_probe_read_kernel(&run_state.page_offset, sizeof(u64), &page_offset_base))
		return false;
	return !bpf_probe_read_kernel(&run_state.vmemmap, sizeof(u64), &vmemmap_base);
}

__noinline u64 cache__of_page(u64 addr)
{
	u64 size = bpf_core_type_size(struct page___v5), head = 0, flags = 0, cache = 0;
	struct page___v5 *page;

	if (!cfg.cache_of || !page__find_map() || addr < run_state.page_offset)
		return 0;
	page = (void *)(run_state.vmemmap +
			((addr - run_state.page_offset) >> UF_PAGE_SHIFT) * size);
	if (bpf_core_read(&head, sizeof(head), &page->compound_head))
		return 0;
	if (head & 1)
		page = (void *)(head - 1);
	bpf_core_read(&flags, sizeof(flags), &page->flags);
	if (!(flags & (1UL << bpf_core_enum_value(enum pageflags___v5, PG_slab___v5))))
		return 0;
	if (bpf_core_field_exists(struct page___v5, slab_cache))
		bpf_core_read(&cache, sizeof(cache), &page->slab_cache);
	else
		bpf_core_read(&cache, sizeof(cache), &((struct slab___v5_17 *)page)->slab_cache);
	return cache;
}
