/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whose an object from before the trace was: uf_older.by. */
#ifndef UF_ABI_OLDER_H
#define UF_ABI_OLDER_H

#include "limits.h"
#include "types.h"

#define UF_BY_DEVICE (1ULL << 63)

/* A program by the name of its first thread, padded with zeros. Never 0. */
static inline __u64 uf_by_program(const __u64 comm[UF_COMM_LEN / 8])
{
	__u64 hash = (comm[0] ^ (comm[1] * 0xC2B2AE3D27D4EB4FULL)) * 0x9E3779B97F4A7C15ULL;

	return ((hash ^ (hash >> 29)) & ~UF_BY_DEVICE) | 1;
}

/* A file system, by super_block.s_dev; 0: none. */
static inline __u64 uf_by_device(__u32 device)
{
	return device ? UF_BY_DEVICE | device : 0;
}

#endif
