/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How a program starts: has a copy before it got this event already, and is tracing on?
 *
 * The kernel skips a program that is already running on this CPU (bpf_prog_get_recursion_context,
 * 6.1 and later), which loses the event of an interrupt that lands inside it. So births and deaths
 * have copies (UF_COPIES), and every operation is idempotent. */
#ifndef UF_LIB_HOOK_H
#define UF_LIB_HOOK_H

#include "lib/compat.bpf.h"
#include "lib/counter.bpf.h"
#include "lib/mark.h"

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

/* Is this event this copy's? (lib/mark.h) When another event is around this one; a global function,
 * so that the verifier reads it once (mark.bpf.c). */
int copy__looks(u64 ctx, u32 hook, u32 copy, u32 copies, u32 preemptible);

static __always_inline bool copy__takes(void *ctx, enum uf_hook hook, u32 copy, u32 copies,
					u32 preemptible)
{
	struct uf_cpu *cpu;
	enum uf_turn turn;

	if (copies < 2)
		return true;
	cpu = cpu__this();
	if (!cpu)
		return true;
	turn = mark__usual_turn(&cpu->marks[hook], (u64)ctx, copy == 0, copy + 1 >= copies);
	if (likely(turn != UF_TURN_LOOK))
		return turn == UF_TURN_MINE;
	return copy__looks(compat__ctx_address(ctx, compat__current_task()), hook, copy, copies,
			   preemptible);
}

/* name(ctx, again); again: a copy before this one may have done the event all the same. */
#define UF_COPY(section, ctx_type, hook, name, copies, repeats, n)                                 \
	SEC("?" section) int name##_##n(ctx_type *ctx)                                             \
	{                                                                                          \
		return copy__takes(ctx, hook, n, copies, repeats) ? name(ctx, n && (repeats)) : 0; \
	}
/* Defines the copies of a program: name_0(ctx) ... up to
 * UF_COPIES_PREEMPTIBLE. Kernels of the legacy object have no preemptible tracepoints. */
#ifdef UF_LEGACY
#define UF_COPIES_OF(section, ctx_type, hook, name, copies, repeats)                               \
	UF_COPY(section, ctx_type, hook, name, copies, repeats, 0)                                 \
	UF_COPY(section, ctx_type, hook, name, copies, repeats, 1)                                 \
	UF_COPY(section, ctx_type, hook, name, copies, repeats, 2)
#else
#define UF_COPIES_OF(section, ctx_type, hook, name, copies, repeats)                               \
	UF_COPY(section, ctx_type, hook, name, copies, repeats, 0)                                 \
	UF_COPY(section, ctx_type, hook, name, copies, repeats, 1)                                 \
	UF_COPY(section, ctx_type, hook, name, copies, repeats, 2)                                 \
	UF_COPY(section, ctx_type, hook, name, copies, repeats, 3)                                 \
	UF_COPY(section, ctx_type, hook, name, copies, repeats, 4)                                 \
	UF_COPY(section, ctx_type, hook, name, copies, repeats, 5)                                 \
	UF_COPY(section, ctx_type, hook, name, copies, repeats, 6)                                 \
	UF_COPY(section, ctx_type, hook, name, copies, repeats, 7)
#endif

#define UF_RAW_TP_COPIES(tracepoint, hook, name)                                                   \
	UF_COPIES_OF("raw_tp/" tracepoint, struct bpf_raw_tracepoint_args, hook, name, cfg.copies, \
		     cfg.repeats)

/* For a trampoline program (fentry, fexit); section "fentry/function". */
#define UF_TRAMPOLINE_COPIES(section, hook, name)                                                  \
	UF_COPIES_OF(section, u64, hook, name, cfg.function_copies, cfg.function_repeats)

#endif
