// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The object table beyond the first set of an address. */
#include "lib/table.bpf.h"

__noinline long table__other_slot(u64 addr, u32 claim)
{
	for (u32 n = 0; n < UF_OTHER_SETS; n++) {
		u32 index = uf_table_other_set(addr, n, cfg.set_mask);
		struct uf_set *set = bpf_map_lookup_elem(&objects, &index);

		if (!set)
			return -1;
#pragma unroll
		for (u32 way = 0; way < UF_WAYS; way++) {
			u64 held = ((volatile struct uf_set *)set)->addr[way];

			if (claim ? held != 0 : held != addr)
				continue;
			if (!claim ||
			    !atomic__claim(&set->addr[way], addr | UF_ADDR_FILLING, index))
				return (long)index * 8 + way;
		}
	}
	return -1;
}
