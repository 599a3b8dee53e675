/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What processes hold: the records of the iterators of bpf/holders, read when a report is made. */
#ifndef UF_ABI_HOLDER_H
#define UF_ABI_HOLDER_H

#include "types.h"

enum uf_hold {
	UF_HOLD_FD = 0,
	UF_HOLD_CWD = 1,
	UF_HOLD_ROOT = 2,
	UF_HOLD_MAPPED = 3, /* a file in the address space, the executable too */
};

struct uf_holder {
	__u64 dentry; /* struct dentry *; 0: none */
	__u64 sock;   /* struct sock * of a socket; 0: none */
	__u32 tgid;
	__u32 fd; /* UF_HOLD_FD */
	__u32 how;
	__u32 unused;
};
UF_ASSERT_SIZE(struct uf_holder, 32);

#endif
