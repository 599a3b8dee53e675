/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Who gives objects to RCU. kfree_rcu() is hot, and a stack walk costs over a microsecond: it is
 * told of the first object of each origin, and of a small sample after it, so that a place which
 * came later, or which gives up more, is heard of too.
 */
#ifndef UF_LIB_GIVEN_UP_H
#define UF_LIB_GIVEN_UP_H

#include "lib/object.bpf.h"

/* By the birth, which is at hand: those of one tick count up, so they spread evenly. */
static __always_inline bool given_up__in_sample(const struct uf_meta *meta)
{
	return !((u32)(meta->birth_ns * 0x9E3779B1u) >> (32 - UF_GIVEN_UP_SHIFT));
}

/* The stack is walked into the record itself. 0: the ring buffer is full. */
static __noinline __attribute__((unused)) int given_up__send(void *ctx, u32 origin)
{
	struct uf_owner owner = context__owner(ctx);
	struct uf_rec_given_up *record =
		ring__reserve(sizeof(*record), UF_REC_GIVEN_UP, UF_CTR_RING_DROP_GIVEN_UP);
	long bytes;

	if (!record)
		return 0;
	record->origin = origin;
	record->tgid = owner.tgid;
	record->context = owner.tgid && !owner.regs ? UF_CONTEXT_KTHREAD : owner.context;
	record->unused0 = 0;
	record->kernel_frames = 0;
	record->unused1 = 0;
	__builtin_memset(record->comm, 0, sizeof(record->comm));
	if (owner.tgid && bpf_get_current_comm(record->comm, sizeof(record->comm)))
		counter__inc(UF_CTR_READ_FAILED);
	bytes = bpf_get_stack(ctx, record->kernel_stack, sizeof(record->kernel_stack), 0);
	if (bytes > 0) {
		record->kernel_frames = bytes / 8;
	} else {
		/* Not done by the helper when it is too deep in itself (get_bpf_raw_tp_regs). */
		__builtin_memset(record->kernel_stack, 0, sizeof(record->kernel_stack));
		counter__inc(UF_CTR_STACK_FAILED);
	}
	ring__submit(record);
	return 1;
}

/* ctx is the program's. */
static __always_inline void given_up__note(void *ctx, const struct uf_meta *meta)
{
	u32 id = meta->origin;
	struct uf_origin *origin = origin__by_id(id);

	if (!origin || ((origin->flags & UF_ORIGIN_GIVEN_UP_SENT) && !given_up__in_sample(meta)))
		return;
	if (given_up__send(ctx, id))
		atomic__set(&origin->flags, UF_ORIGIN_GIVEN_UP_SENT);
}

#endif
