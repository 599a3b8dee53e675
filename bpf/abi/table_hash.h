/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where in the object table an address belongs. */
#ifndef UF_ABI_TABLE_HASH_H
#define UF_ABI_TABLE_HASH_H

#include "limits.h"
#include "types.h"

/*
 * The set an address belongs in. Objects of one page of memory belong in one stretch of 512 sets,
 * those 256 bytes apart in 16 neighbours, which are a page of the table: a CPU gives out and takes
 * back objects of few pages at a time, so that the sets it needs stay within few pages of the table
 * too. Which stretch, and in which order, is mixed from the page's number.
 */
static inline __u32 uf_table_home(__u64 addr, __u32 set_mask)
{
	__u64 page = (addr >> 12) * 0x9E3779B97F4A7C15ULL;
	__u32 within = (UF_U32(addr >> 8) & 15) | (UF_U32(addr >> 3) & 31) << 4;

	page = (page ^ (page >> 29)) * 0xBF58476D1CE4E5B9ULL;
	return (UF_U32(page >> 32) ^ within) & set_mask;
}

/* Where an object goes whose first set is full: the n-th of UF_OTHER_SETS others, by a hash of the
 * whole address. Never the first set, as long as there is more than one. */
static inline __u32 uf_table_other_set(__u64 addr, __u32 n, __u32 set_mask)
{
	__u64 mixed = (addr >> 3) * 0x9E3779B97F4A7C15ULL;
	__u32 step;

	mixed = (mixed ^ (mixed >> 29)) * 0xBF58476D1CE4E5B9ULL;
	step = 1 + ((UF_U32(mixed >> 32) + n * 0x9E3779B1U) & (set_mask >> 1));
	return (uf_table_home(addr, set_mask) ^ step) & set_mask;
}

#endif
