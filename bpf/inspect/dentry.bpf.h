/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a struct dentry says of itself. */
#ifndef UF_INSPECT_DENTRY_BPF_H
#define UF_INSPECT_DENTRY_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "abi/inspect.h"

static __always_inline bool is_kernel_address(u64 value)
{
	return value >> 63;
}

static __always_inline void inspect_path(struct dentry *dentry, struct uf_inspect_dentry *to)
{
	for (u32 i = 0; i < UF_PATH_NAMES; i++) {
		struct dentry *parent = BPF_CORE_READ(dentry, d_parent);

		if (parent == dentry) /* the root of the file system */
			return;
		bpf_probe_read_kernel_str(to->path[i], UF_PATH_NAME,
					  BPF_CORE_READ(dentry, d_name.name));
		to->names = i + 1;
		dentry = parent;
	}
	to->truncated = BPF_CORE_READ(dentry, d_parent) != dentry;
}

static __always_inline void inspect_dentry(struct uf_inspect *entry)
{
	struct dentry *dentry = (struct dentry *)entry->addr;
	struct super_block *sb = NULL, *parent_sb = NULL;
	struct dentry *parent = NULL;

	if (bpf_core_read(&entry->refcount, sizeof(entry->refcount), &dentry->d_lockref.count) ||
	    bpf_core_read(&sb, sizeof(sb), &dentry->d_sb) ||
	    bpf_core_read(&parent, sizeof(parent), &dentry->d_parent))
		return;
	bpf_core_read(&parent_sb, sizeof(parent_sb), &parent->d_sb);
	/* lockref_mark_dead: -128. The others: its memory belongs to something else by now. */
	entry->verdict = entry->refcount < 0 || !is_kernel_address((u64)sb) || parent_sb != sb
				 ? UF_INSPECT_DEAD
				 : UF_INSPECT_ALIVE;
	if (entry->verdict != UF_INSPECT_ALIVE)
		return;
	if (!BPF_CORE_READ(dentry, d_inode))
		entry->facts |= UF_FACT_NEGATIVE;
	if (!entry->details)
		return;
	entry->dentry.flags = BPF_CORE_READ(dentry, d_flags);
	entry->dentry.inode = BPF_CORE_READ(dentry, d_inode, i_ino);
	entry->dentry.device = BPF_CORE_READ(sb, s_dev);
	bpf_probe_read_kernel_str(entry->dentry.file_system, sizeof(entry->dentry.file_system),
				  BPF_CORE_READ(sb, s_type, name));
	inspect_path(dentry, &entry->dentry);
}

#endif
