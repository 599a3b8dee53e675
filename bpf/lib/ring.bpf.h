/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Records into the ring buffer. */
#ifndef UF_LIB_RING_H
#define UF_LIB_RING_H

#include "lib/counter.bpf.h"

/* User space reads the ring at every tick; it is woken early only when an eighth of it is full,
 * because a wake-up costs more than the record. */
#define UF_RING_WAKE_BYTES (1024 * 1024)

static __always_inline void *ring__reserve(u64 size, u16 type, enum uf_counter drop)
{
	struct uf_rec_header *header = bpf_ringbuf_reserve(&events, size, 0);

	if (!header) {
		counter__inc(drop);
		return NULL;
	}
	header->type = type;
	header->size = size;
	header->cpu = bpf_get_smp_processor_id();
	header->ktime_ns = bpf_ktime_get_ns();
	return header;
}

static __always_inline void ring__submit(void *record)
{
	u64 waiting = bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA);

	bpf_ringbuf_submit(record,
			   waiting > UF_RING_WAKE_BYTES ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP);
}

/* For records that somebody waits for. */
static __always_inline void ring__submit_now(void *record)
{
	bpf_ringbuf_submit(record, BPF_RB_FORCE_WAKEUP);
}

#endif
