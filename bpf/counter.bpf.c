// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "lib/counter.bpf.h"

/* Atomic, because an interrupt may count the same thing on this CPU. */
__noinline int counter__inc(u32 counter)
{
	struct uf_cpu *cpu = cpu__this();

	if (cpu && counter < UF_CTR_COUNT)
		__sync_fetch_and_add(&cpu->counters[counter], 1);
	return 0;
}
