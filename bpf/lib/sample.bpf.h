/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Is this object in the sample? Asked first of all, so that what is not costs little. */
#ifndef UF_LIB_SAMPLE_H
#define UF_LIB_SAMPLE_H

#include "lib/maps.bpf.h"
#include "abi/sample.h"

static __always_inline bool sample__follows(u64 addr)
{
	u32 threshold;

	if (!cfg.may_sample)
		return true;
	threshold = ((volatile struct uf_state *)&run_state)->sample_threshold;
	/* No hash as long as everything is followed. */
	return threshold == UF_SAMPLE_ALL || uf_sample_hash(addr, cfg.sample_seed) <= threshold;
}

#endif
