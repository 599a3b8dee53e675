/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where in the object table an address belongs. */
#ifndef UF_ABI_TABLE_HASH_H
#define UF_ABI_TABLE_HASH_H

#include "limits.h"
#include "types.h"

/* Fibonacci hashing: the upper half of the product is well mixed. */
static inline __u64 uf_table_hash(__u64 addr)
{
	return (addr >> 3) * 0x9E3779B97F4A7C15ULL;
}

static inline __u32 uf_table_first_set(__u64 hash, __u32 set_mask)
{
	return UF_U32(hash >> 32) & set_mask;
}

/* Where an object goes whose first set is full: the n-th of UF_OTHER_SETS others, by another hash.
 * Never the first set, as long as there is more than one. */
static inline __u32 uf_table_other_set(__u64 hash, __u32 n, __u32 set_mask)
{
	__u64 mixed = (hash ^ (hash >> 29)) * 0xBF58476D1CE4E5B9ULL;
	__u32 step = 1 + ((UF_U32(mixed >> 32) + n * 0x9E3779B1U) & (set_mask >> 1));

	return (uf_table_first_set(hash, set_mask) ^ step) & set_mask;
}

#endif
