// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The least a tracer of the slab allocator can cost: programs on its four tracepoints that do
 * nothing. The loader attaches as many copies as it is asked for; the digit in the name is the
 * copy. */
#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* clang-format off */
#define COPY(tracepoint, name)                                                                     \
	SEC("?raw_tp/" tracepoint) int name(void *ctx)                                             \
	{                                                                                          \
		return 0;                                                                          \
	}
#define COPIES(tracepoint, name)                                                                   \
	COPY(tracepoint, name##_0)                                                                 \
	COPY(tracepoint, name##_1)                                                                 \
	COPY(tracepoint, name##_2)
/* clang-format on */

COPIES("kmem_cache_alloc", alloc_cache)
COPIES("kmalloc", alloc_kmalloc)
COPIES("kmem_cache_free", free_cache)
COPIES("kfree", free_kfree)
