/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef UF_LIB_COUNTER_H
#define UF_LIB_COUNTER_H

#include "lib/maps.bpf.h"

static __always_inline struct uf_cpu *cpu__this(void)
{
	u32 zero = 0;

	return bpf_map_lookup_elem(&cpus, &zero);
}

/* Counts one. A global function, so that the verifier reads it once: what is counted this way is
 * rare (counter.bpf.c). */
int counter__inc(u32 counter);

#endif
