/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The time of a birth. Reading the clock costs 42 ns, more than entering the object, so each CPU
 * reads it once a tick and counts births within the tick as nanoseconds: (address, birth_ns) stays
 * unique, and a birth is at most a tick early. */
#ifndef UF_LIB_CLOCK_H
#define UF_LIB_CLOCK_H

#include "lib/counter.bpf.h"

/* 0: no per-CPU memory, which cannot be. */
static __always_inline u64 clock__birth_ns(void)
{
	struct uf_cpu *cpu = cpu__this();
	u64 tick = bpf_jiffies64();

	if (!cpu)
		return 0;
	/* The time before the tick: an interrupt in between reads the clock once more. */
	if (unlikely(((volatile struct uf_cpu *)cpu)->tick != tick)) {
		((volatile struct uf_cpu *)cpu)->tick_ns = bpf_ktime_get_ns();
		((volatile struct uf_cpu *)cpu)->births_in_tick = 0;
		((volatile struct uf_cpu *)cpu)->tick = tick;
	}
	/* An interrupt may get the same number, but never for the same address. */
	return cpu->tick_ns + cpu->births_in_tick++;
}

#endif
