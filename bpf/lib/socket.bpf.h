/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From the things hooks are given (file, inode, socket) to the struct sock that unfreed follows. */
#ifndef UF_LIB_SOCKET_H
#define UF_LIB_SOCKET_H

#include "lib/kernel.bpf.h"
#include "lib/maps.bpf.h"

/* SOCKET_I(): the inode lies right behind its struct socket. */
static __always_inline struct socket *socket__of_inode(struct inode *inode)
{
	return (struct socket *)((void *)inode -
				 bpf_core_field_offset(struct socket_alloc, vfs_inode));
}

/* The struct sock behind an open file, 0 if it is no socket. */
static __always_inline u64 socket__sk_of_file(struct file *file)
{
	struct inode *inode = BPF_CORE_READ(file, f_inode);

	if (!inode || (BPF_CORE_READ(inode, i_mode) & UF_S_IFMT) != UF_S_IFSOCK)
		return 0;
	return (u64)BPF_CORE_READ(socket__of_inode(inode), sk);
}

#endif
