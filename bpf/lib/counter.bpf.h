/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef UF_LIB_COUNTER_H
#define UF_LIB_COUNTER_H

#include "lib/maps.bpf.h"

static __always_inline struct uf_cpu *cpu__this(void)
{
	u32 zero = 0;

	return bpf_map_lookup_elem(&cpus, &zero);
}

/* Atomic, because an interrupt may count the same thing on this CPU. */
static __always_inline void counter__inc(enum uf_counter counter)
{
	struct uf_cpu *cpu = cpu__this();

	if (cpu)
		__sync_fetch_and_add(&cpu->counters[counter], 1);
}

#endif
