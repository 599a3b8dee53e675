/* SPDX-License-Identifier: BSD-2-Clause */
/* BPF maps: kernel memory of which a program chooses kind and size, to the byte. */
#ifndef UNFREED_E2E_BPFMAP_H
#define UNFREED_E2E_BPFMAP_H

/* Before 5.11 maps count against RLIMIT_MEMLOCK. */
void bpfmap_begin(void);
/* Dies if the kernel gives none. `type`: enum bpf_map_type. */
int bpfmap_make(unsigned int type, unsigned int value_bytes, unsigned int entries);

#endif
