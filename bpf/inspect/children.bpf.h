/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The cached entries of a directory: each holds a reference to it. The list is walked without its
 * lock, so the walk may go astray; it ends, and the number is one to compare with, no more. */
#ifndef UF_INSPECT_CHILDREN_BPF_H
#define UF_INSPECT_CHILDREN_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "abi/inspect.h"

/* Before 6.8 the list was a ring. */
struct dentry___ring {
	struct list_head d_child;
	struct list_head d_subdirs;
} __attribute__((preserve_access_index));

struct children_walk {
	u64 node; /* 0: the end */
	u64 head; /* the node that is the end of a ring */
	u32 found;
};

/* The first word of a list_head and of a hlist_node is the next one's address. */
static long children_step(u32 i, void *context)
{
	struct children_walk *walk = context;
	u64 next = 0;

	if (!walk->node || walk->node == walk->head)
		return 1;
	walk->found++;
	if (bpf_probe_read_kernel(&next, sizeof(next), (void *)walk->node))
		return 1;
	walk->node = next;
	return 0;
}

/* Not more than `most`. */
static __always_inline u32 children_of(struct dentry *dentry, u32 most)
{
	struct children_walk walk = {};

	if (bpf_core_field_exists(dentry->d_children)) {
		walk.node = (u64)BPF_CORE_READ(dentry, d_children.first);
	} else {
		struct dentry___ring *ring = (void *)dentry;

		walk.head = (u64)&ring->d_subdirs;
		walk.node = (u64)BPF_CORE_READ(ring, d_subdirs.next);
	}
	bpf_loop(most < UF_CHILDREN_MAX ? most : UF_CHILDREN_MAX, children_step, &walk, 0);
	return walk.found;
}

#endif
