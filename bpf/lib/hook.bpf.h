/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How a program starts: is tracing on, and has a copy before it done this event already? */
#ifndef UF_LIB_HOOK_H
#define UF_LIB_HOOK_H

#include "lib/counter.bpf.h"

/* True while tracing. During the self-test it only notes that the hook is called. */
static __always_inline bool hook__active(enum uf_hook hook)
{
	volatile struct uf_state *now = (volatile struct uf_state *)&run_state;
	u32 phase = now->phase;

	if (likely(phase == UF_PHASE_TRACING))
		return true;
	if (phase == UF_PHASE_SELFTEST)
		now->fired[hook] = 1;
	return false;
}

/*
 * The kernel skips a program that is already running on this CPU (bpf_prog_get_recursion_context,
 * 6.1 and later), which loses the event of an interrupt that lands inside it. So births and deaths
 * have UF_COPIES copies, and every operation is idempotent. The first copy leaves the address in
 * the per-CPU mark of its hook; the others find it there and return. The first clears the mark
 * before it works and the last clears it at its end, so that a stale mark cannot hide a later event
 * on the same address: for that, an interrupt would have to hit within the few instructions between
 * the entry of copy 0 and its first store, on the address of the last nested event of this CPU.
 */
static __always_inline bool copy__begin(struct uf_cpu *cpu, enum uf_hook hook, u64 addr, u32 copy)
{
	if (cfg.copies < 2)
		return true;
	if (copy == 0) {
		cpu->done[hook] = 0;
		return true;
	}
	if (cpu->done[hook] != addr)
		return true;
	if (copy + 1 >= cfg.copies)
		cpu->done[hook] = 0;
	return false;
}

static __always_inline void copy__end(struct uf_cpu *cpu, enum uf_hook hook, u64 addr, u32 copy)
{
	if (cfg.copies < 2)
		return;
	cpu->done[hook] = copy + 1 >= cfg.copies ? 0 : addr;
}

#define UF_COPY(section, ctx_type, name, n)                                                        \
	SEC("?" section) int name##_##n(ctx_type *ctx)                                             \
	{                                                                                          \
		return name(ctx, n);                                                               \
	}
/* Defines the copies of a program: name_0(ctx) ... call name(ctx, 0) ... up to
 * UF_COPIES_PREEMPTIBLE. Kernels of the legacy object have no preemptible tracepoints. */
#ifdef UF_LEGACY
#define UF_COPIES_OF(section, ctx_type, name)                                                      \
	UF_COPY(section, ctx_type, name, 0)                                                        \
	UF_COPY(section, ctx_type, name, 1)                                                        \
	UF_COPY(section, ctx_type, name, 2)
#else
#define UF_COPIES_OF(section, ctx_type, name)                                                      \
	UF_COPY(section, ctx_type, name, 0)                                                        \
	UF_COPY(section, ctx_type, name, 1)                                                        \
	UF_COPY(section, ctx_type, name, 2)                                                        \
	UF_COPY(section, ctx_type, name, 3)                                                        \
	UF_COPY(section, ctx_type, name, 4)                                                        \
	UF_COPY(section, ctx_type, name, 5)                                                        \
	UF_COPY(section, ctx_type, name, 6)                                                        \
	UF_COPY(section, ctx_type, name, 7)
#endif

#define UF_RAW_TP_COPIES(tracepoint, name)                                                         \
	UF_COPIES_OF("raw_tp/" tracepoint, struct bpf_raw_tracepoint_args, name)

/* For a trampoline program (fentry, fexit); section "fentry/function". */
#define UF_TRAMPOLINE_COPIES(section, name) UF_COPIES_OF(section, u64, name)

#endif
