/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A birth, the stacks that were walked for it, and what is made of both: what the lookup of origins
 * (lib/origin.bpf.h) and the functions behind it (lib/origin_send.bpf.h) share. */
#ifndef UF_LIB_BIRTH_H
#define UF_LIB_BIRTH_H

#include "lib/context.bpf.h"
#include "lib/ring.bpf.h"

struct uf_birth {
	u64 addr;
	u64 call_site; /* 0: unknown */
	u64 cache;     /* struct kmem_cache *, 0: unknown */
	u64 prot;      /* struct proto * of a socket, which knows its cache */
	u32 size;      /* bytes, 0: see the cache */
	u32 object_class;
	struct uf_owner owner;
	u32 describe_later; /* another program tells the origin */
};

#define HASH_FACTOR 0x9E3779B97F4A7C15ULL
static __always_inline u64 hash__mix(u64 hash, u64 value)
{
	hash = (hash ^ value) * HASH_FACTOR;
	return hash ^ (hash >> 29);
}

/* NULL for 0. */
static __always_inline struct uf_scratch *scratch__at(u32 claimed)
{
	u32 index = claimed - 1;

	return bpf_map_lookup_elem(&scratch, &index);
}

/* What a stack walk gave. */
struct uf_stacks {
	u32 buffer; /* index + 1 of the scratch buffer; 0: none was free */
	u32 kernel_frames;
	u32 user_frames;
	u32 is_user_task;
	s32 syscall; /* -1: none */
	u32 unused;
};

/* Those that take pointers (lib/origin_send.bpf.h) cannot be global on older kernels. */
#ifndef UF_LEGACY
#define UF_ORIGIN_FUNC __noinline
#else
#define UF_ORIGIN_FUNC static __noinline __attribute__((unused))
#endif

/* Hash of the kernel stack in a buffer, or of the user stack. Global for the same reason. */
UF_ORIGIN_FUNC u64 origin__hash_kernel_stack(struct uf_scratch *buffer);
UF_ORIGIN_FUNC u64 origin__hash_user_stack(struct uf_scratch *buffer, u64 hash);
#ifndef UF_LEGACY
/* The same of the first of its user_words: those that may be return addresses. start, end: the
 * text of the program. */
UF_ORIGIN_FUNC u64 origin__hash_user_words(struct uf_scratch *buffer, u64 hash, u32 words,
					   u64 start, u64 end);
#endif

/* Sends the record of an origin: 1, or 0 when the ring buffer is full. Global. */
UF_ORIGIN_FUNC int origin__send(const struct uf_birth *birth, u32 id,
				const struct uf_stacks *stacks);

#endif
