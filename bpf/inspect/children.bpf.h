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

/* Steps of one call. The verifier follows each; calls it reads but once. bpf_loop would be 5.17. */
#define UF_CHILDREN_STEPS 256

__u64 children_found = 0; /* of the walk under way: user space runs one at a time */

/* Goes on from a node of the list; gives the node to go on from, 0 at the end. `head`: the node
 * that is the end of a ring. The first word of a list_head and of a hlist_node is the address of
 * the next one. */
__noinline u64 children_walk(u64 node, u64 head)
{
	for (u32 i = 0; i < UF_CHILDREN_STEPS; i++) {
		u64 next = 0;

		if (!node || node == head)
			return 0;
		children_found++;
		if (bpf_probe_read_kernel(&next, sizeof(next), (void *)node))
			return 0;
		node = next;
	}
	return node;
}

/* Not more than `most`. */
static __always_inline u32 children_of(struct dentry *dentry, u32 most)
{
	u64 node, head = 0;

	if (bpf_core_field_exists(dentry->d_children)) {
		node = (u64)BPF_CORE_READ(dentry, d_children.first);
	} else {
		struct dentry___ring *ring = (void *)dentry;

		head = (u64)&ring->d_subdirs;
		node = (u64)BPF_CORE_READ(ring, d_subdirs.next);
	}
	children_found = 0;
	for (u32 i = 0; i < UF_CHILDREN_MAX / UF_CHILDREN_STEPS; i++) {
		if (!node || children_found >= most)
			break;
		node = children_walk(node, head);
	}
	return children_found < most ? children_found : most;
}

#endif
