/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is read of a dentry for a report (struct uf_inspect). */
#ifndef UF_ABI_INSPECT_DENTRY_H
#define UF_ABI_INSPECT_DENTRY_H

#include "types.h"

/* Names kept of a dentry's path, innermost first, and bytes of each with its end. */
#define UF_PATH_NAMES 16
#define UF_PATH_NAME  48
/* Entries of a directory that are counted at most: one with more references than that is taken to
 * be held by its entries. */
#define UF_CHILDREN_MAX 4096

/* uf_inspect_dentry.state */
enum uf_dentry_state {
	UF_DENTRY_UNHASHED = 1u << 0,	/* no look-up finds it: unlinked, or never linked */
	UF_DENTRY_ROOT = 1u << 1,	/* its own parent */
	UF_DENTRY_SB_ROOT = 1u << 2,	/* the root of a file system, which holds it */
	UF_DENTRY_DIRECTORY = 1u << 3,	/* may have entries */
	UF_DENTRY_PERSISTENT = 1u << 4, /* its file system says that it holds it (7.0 and later) */
	UF_DENTRY_SOCKET = 1u << 5,	/* the file that a unix socket is bound to */
};

struct uf_inspect_dentry {
	__u64 parent;
	__u64 inode; /* 0: negative */
	__u32 flags;
	__u32 device;	/* as the kernel has it: major << 20 | minor */
	__u32 children; /* of a directory that is referenced: each holds one reference */
	__u32 state;	/* enum uf_dentry_state */
	char file_system[16];
	__u32 names;	 /* in `path`, the root not included; without details at most one */
	__u32 truncated; /* the path is longer */
	char path[UF_PATH_NAMES][UF_PATH_NAME];
};
UF_ASSERT_SIZE(struct uf_inspect_dentry, 56 + UF_PATH_NAMES * UF_PATH_NAME);

#endif
