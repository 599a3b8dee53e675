// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The origin table: claiming entries, hashes of stacks, the record of an origin. Global functions:
 * the verifier reads each once, whatever calls it. */
#include "lib/origin.bpf.h"
#ifndef UF_LEGACY
#include "lib/origin_send.bpf.h"
#endif

__noinline u32 origin__enter(u64 key, u32 tgid, u32 flags)
{
#pragma unroll
	for (u32 try = 0; try < 2; try++) {
		u32 index = (u32)(try ? key >> 40 : key >> 8) & cfg.origin_mask;
		struct uf_origin_set *set = bpf_map_lookup_elem(&origins, &index);

		if (!set)
			return 0;
#pragma unroll
		for (u32 way = 0; way < UF_ORIGIN_WAYS; way++) {
			u32 id = index * UF_ORIGIN_WAYS + way + 1;
			u64 held = ((volatile struct uf_origin *)&set->way[way])->key;

			if (!held) {
				held = atomic__claim(&set->way[way].key, key, index);
				if (!held) {
					set->way[way].tgid = tgid;
					atomic__set(&set->way[way].flags, flags);
					return id | UF_ORIGIN_IS_NEW;
				}
			}
			if (held == key)
				return id;
		}
	}
	return 0;
}

__noinline u32 scratch__claim(void)
{
	u32 first = bpf_get_smp_processor_id() * UF_SCRATCH_PER_CPU;

#pragma unroll
	for (u32 i = 0; i < UF_SCRATCH_PER_CPU; i++) {
		u32 index = first + i;
		struct uf_scratch *buffer = bpf_map_lookup_elem(&scratch, &index);

		if (buffer && atomic__take(&buffer->busy))
			return index + 1;
	}
	return 0;
}
