/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a struct dentry says of itself. */
#ifndef UF_INSPECT_DENTRY_BPF_H
#define UF_INSPECT_DENTRY_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "abi/inspect.h"
#include "inspect/children.bpf.h"
#include "lib/kernel.bpf.h"

enum dentry_flags___uf {
	DCACHE_PERSISTENT___uf = 1, /* 7.0 and later; the value is the kernel's */
};

static __always_inline bool is_kernel_address(u64 value)
{
	return value >> 63;
}

static __always_inline void inspect_path(struct dentry *dentry, u32 names,
					 struct uf_inspect_dentry *to)
{
	for (u32 i = 0; i < UF_PATH_NAMES; i++) {
		struct dentry *parent = BPF_CORE_READ(dentry, d_parent);

		if (parent == dentry || i == names) /* the root of the file system */
			return;
		bpf_probe_read_kernel_str(to->path[i], UF_PATH_NAME,
					  BPF_CORE_READ(dentry, d_name.name));
		to->names = i + 1;
		dentry = parent;
	}
	to->truncated = BPF_CORE_READ(dentry, d_parent) != dentry;
}

static __always_inline u32 dentry_state(struct dentry *dentry, struct dentry *parent,
					struct super_block *sb, u16 mode)
{
	u32 state = 0;

	if (!BPF_CORE_READ(dentry, d_hash.pprev))
		state |= UF_DENTRY_UNHASHED;
	if (parent == dentry)
		state |= UF_DENTRY_ROOT;
	if (BPF_CORE_READ(sb, s_root) == dentry)
		state |= UF_DENTRY_SB_ROOT;
	if ((mode & UF_S_IFMT) == UF_S_IFDIR)
		state |= UF_DENTRY_DIRECTORY;
	if ((mode & UF_S_IFMT) == UF_S_IFSOCK)
		state |= UF_DENTRY_SOCKET;
	if (bpf_core_enum_value_exists(enum dentry_flags___uf, DCACHE_PERSISTENT___uf) &&
	    BPF_CORE_READ(dentry, d_flags) &
		    bpf_core_enum_value(enum dentry_flags___uf, DCACHE_PERSISTENT___uf))
		state |= UF_DENTRY_PERSISTENT;
	return state;
}

static __always_inline void inspect_dentry(struct uf_inspect *entry)
{
	struct dentry *dentry = (struct dentry *)entry->addr;
	struct super_block *sb = NULL, *parent_sb = NULL;
	struct uf_inspect_dentry *to = &entry->dentry;
	struct dentry *parent = NULL;
	struct inode *inode;

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
	inode = BPF_CORE_READ(dentry, d_inode);
	if (!inode)
		entry->facts |= UF_FACT_NEGATIVE;
	to->parent = (u64)parent;
	to->flags = BPF_CORE_READ(dentry, d_flags);
	to->inode = inode ? BPF_CORE_READ(inode, i_ino) : 0;
	to->device = BPF_CORE_READ(sb, s_dev);
	to->state = dentry_state(dentry, parent, sb, inode ? BPF_CORE_READ(inode, i_mode) : 0);
	to->children = 0;
	if (to->state & UF_DENTRY_DIRECTORY && entry->refcount > 0)
		to->children = children_of(dentry, entry->refcount);
	to->names = 0;
	to->truncated = 0;
	bpf_probe_read_kernel_str(to->file_system, sizeof(to->file_system),
				  BPF_CORE_READ(sb, s_type, name));
	inspect_path(dentry, entry->details ? UF_PATH_NAMES : 1, to);
}

#endif
