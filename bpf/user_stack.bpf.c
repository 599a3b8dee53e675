// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A copy of the current task's user stack. Distributions build without frame pointers: user space
 * unwinds the copy by the unwind tables of the program instead (symbolize/user_unwinder). */
#include "lib/origin.bpf.h"

/* A full ring buffer loses records that matter more: copies keep out of its last half. */
static __always_inline struct uf_rec_user_stack *user_stack__reserve(u64 bytes)
{
	u64 waiting = bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA);

	if (waiting > bpf_ringbuf_query(&events, BPF_RB_RING_SIZE) / 2) {
		counter__inc(UF_CTR_USER_COPY_DROPPED);
		return NULL;
	}
	return ring__reserve(sizeof(struct uf_rec_user_stack) + bytes, UF_REC_USER_STACK,
			     UF_CTR_USER_COPY_DROPPED);
}

/* Pieces are read one by one, because a read that meets the end of the stack's mapping, or a page
 * that is not present, gives nothing at all. */
static __always_inline u32 user_stack__read(struct uf_rec_user_stack *record, u64 start, u32 pieces)
{
	u32 bytes = 0;

	for (u32 i = 0; i < pieces; i++) {
		if (bpf_probe_read_user((void *)(record + 1) + i * UF_USER_COPY_PIECE,
					UF_USER_COPY_PIECE,
					(void *)(start + i * UF_USER_COPY_PIECE)))
			break;
		bytes += UF_USER_COPY_PIECE;
	}
	return bytes;
}

static __always_inline u32 user_stack__submit(struct uf_rec_user_stack *record,
					      const struct pt_regs *regs, u32 id, u32 tgid,
					      u32 wanted)
{
	record->origin = id;
	record->tgid = tgid;
	record->machine = UF_MACHINE;
	__builtin_memset(record->registers, 0, sizeof(record->registers));
	compat__user_registers(regs, record->registers);
	if (!record->bytes) {
		bpf_ringbuf_discard(record, BPF_RB_NO_WAKEUP);
		return 0;
	}
	/* What a process has mapped is read while it lives; one with survivors is known already. */
	if (cfg.only_targets || !wanted)
		ring__submit_now(record);
	else
		ring__submit(record);
	return 1;
}

/* Of the whole host, so not of each CPU; two that begin a window at once make it a little longer.
 */
#define WINDOW_NS 1000000000ull
volatile __u64 copies_since = 0;
volatile __u64 copies_sent = 0;

static __always_inline bool user_stack__is_rare(void)
{
	u64 now = bpf_ktime_get_ns();

	if (now - copies_since > WINDOW_NS) {
		copies_since = now;
		copies_sent = 0;
	}
	if (copies_sent >= UF_USER_COPIES_PER_S)
		return false;
	__sync_fetch_and_add(&copies_sent, 1);
	return true;
}

__noinline u32 origin__send_user_stack(u32 id, u32 tgid, u32 wanted)
{
	struct task_struct *task = compat__current_task();
	struct pt_regs *regs = context__regs(task);
	struct uf_rec_user_stack *record;
	u64 start, end;

	if (!regs || (!wanted && !user_stack__is_rare()))
		return 0;
	start = compat__user_sp(regs) & ~(u64)(UF_USER_COPY_PIECE - 1);
	end = BPF_CORE_READ(task, mm, start_stack);
	if (end > start && end - start <= UF_USER_COPY_SMALL) {
		record = user_stack__reserve(UF_USER_COPY_SMALL);
		if (!record)
			return 0;
		record->start = start;
		record->bytes =
			user_stack__read(record, start, UF_USER_COPY_SMALL / UF_USER_COPY_PIECE);
		return user_stack__submit(record, regs, id, tgid, wanted);
	}
	record = user_stack__reserve(UF_USER_COPY_LARGE);
	if (!record)
		return 0;
	record->start = start;
	record->bytes = user_stack__read(record, start, UF_USER_COPY_LARGE / UF_USER_COPY_PIECE);
	return user_stack__submit(record, regs, id, tgid, wanted);
}
