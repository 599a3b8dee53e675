/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is read of a dentry for a report (struct uf_inspect). */
#ifndef UF_ABI_INSPECT_DENTRY_H
#define UF_ABI_INSPECT_DENTRY_H

#include "types.h"

/* Names kept of a dentry's path, innermost first, and bytes of each with its end. */
#define UF_PATH_NAMES 16
#define UF_PATH_NAME  48

struct uf_inspect_dentry {
	__u32 flags;
	__u32 device; /* as the kernel has it: major << 20 | minor */
	__u64 inode;  /* 0: negative */
	char file_system[16];
	__u32 names;	 /* in `path`, the root not included */
	__u32 truncated; /* the path is longer */
	char path[UF_PATH_NAMES][UF_PATH_NAME];
};
UF_ASSERT_SIZE(struct uf_inspect_dentry, 40 + UF_PATH_NAMES * UF_PATH_NAME);

#endif
