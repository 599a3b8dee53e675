/* SPDX-License-Identifier: BSD-2-Clause */
#include "bpfmap.h"
#include "testprog.h"

#include <linux/bpf.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

void bpfmap_begin(void)
{
	const struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};

	/* Where it may not, the kernel may still have room. */
	(void)setrlimit(RLIMIT_MEMLOCK, &all);
}

int bpfmap_make(unsigned int type, unsigned int value_bytes, unsigned int entries)
{
	union bpf_attr attr = {
		.map_type = type,
		.key_size = 4,
		.value_size = value_bytes,
		.max_entries = entries,
	};

	return testprog_check((int)syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr)), "bpf");
}
