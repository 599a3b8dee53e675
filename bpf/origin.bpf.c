// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The origin table: finding and claiming entries. */
#include "lib/origin.bpf.h"

__noinline u32 origin__enter(u64 key, u32 tgid)
{
#pragma unroll
	for (u32 try = 0; try < 2; try++) {
		u32 index = (u32)(try ? key >> 40 : key >> 8) & cfg.origin_mask;
		struct uf_origin_set *set = bpf_map_lookup_elem(&origins, &index);

		if (!set)
			return 0;
#pragma unroll
		for (u32 way = 0; way < UF_ORIGIN_WAYS; way++) {
			u64 held = ((volatile struct uf_origin *)&set->way[way])->key;

			if (!held) {
				held = __sync_val_compare_and_swap(&set->way[way].key, 0, key);
				if (!held) {
					set->way[way].tgid = tgid;
					held = key;
				}
			}
			if (held == key)
				return index * UF_ORIGIN_WAYS + way + 1;
		}
	}
	return 0;
}
