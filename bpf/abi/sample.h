/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which objects are followed when a trace is sampled: those whose address hashes to no more than a
 * threshold. Birth, stages and death of an object decide alike, because they hash one address. */
#ifndef UF_ABI_SAMPLE_H
#define UF_ABI_SAMPLE_H

#include "types.h"

/* Threshold that every object passes. */
#define UF_SAMPLE_ALL 0xffffffffU

/* Two rounds of xor-shift and multiply. Not the hash of the object table, of which other bits would
 * choose the sets; and objects of one slab, which lie a constant stride apart, are independent
 * draws. The seed makes the draws of two traces independent, too: slabs are used again. */
static inline __u32 uf_sample_hash(__u64 addr, __u64 seed)
{
	__u64 hash = (addr >> 3) ^ seed;

	hash = (hash ^ (hash >> 32)) * 0xD6E8FEB86659FD93ULL;
	hash = (hash ^ (hash >> 32)) * 0xD6E8FEB86659FD93ULL;
	return UF_U32(hash >> 32);
}

#endif
