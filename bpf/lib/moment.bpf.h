/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* When something began (struct uf_moment). What another one has taken the place of is unknown. */
#ifndef UF_LIB_MOMENT_H
#define UF_LIB_MOMENT_H

#include "lib/maps.bpf.h"

/* Of what: where its part of the map begins, and its size. */
#define UF_MOMENT_END	     0, UF_ENDS
#define UF_MOMENT_WORK	     UF_ENDS, UF_WORKS
#define UF_MOMENT_WORK_BEGUN (UF_ENDS + UF_WORKS), UF_WORKS_BEGUN

static __always_inline struct uf_moment *moment__of(u32 first, u32 size, u64 key)
{
	u32 index = first + ((u32)((key * 0x9E3779B97F4A7C15ULL) >> 40) & (size - 1));

	return bpf_map_lookup_elem(&moments, &index);
}

static __always_inline void moment__set(u32 first, u32 size, u64 key, u64 since_ns)
{
	struct uf_moment *moment = moment__of(first, size, key);

	if (!moment)
		return;
	/* Never the new key with the time of a former one. */
	moment->key = 0;
	((volatile struct uf_moment *)moment)->since_ns = since_ns;
	((volatile struct uf_moment *)moment)->key = key;
}

/* 0: unknown. */
static __always_inline u64 moment__since(u32 first, u32 size, u64 key)
{
	struct uf_moment *moment = moment__of(first, size, key);
	u64 since_ns;

	if (!moment || ((volatile struct uf_moment *)moment)->key != key)
		return 0;
	since_ns = ((volatile struct uf_moment *)moment)->since_ns;
	return ((volatile struct uf_moment *)moment)->key == key ? since_ns : 0;
}

#endif
