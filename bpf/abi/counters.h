/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Indices of the counters that the kernel side keeps. */
#ifndef UF_ABI_COUNTERS_H
#define UF_ABI_COUNTERS_H

enum uf_counter {
#define UF_KERNEL_COUNTERS_ONLY
#define UF_COUNTER(id, name, severity, sentence) UF_CTR_##id,
#include "counters.def"
#undef UF_COUNTER
#undef UF_KERNEL_COUNTERS_ONLY
	UF_CTR_COUNT,
};

#endif
