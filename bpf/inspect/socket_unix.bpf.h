/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a unix socket says of its name and its peer. */
#ifndef UF_INSPECT_SOCKET_UNIX_BPF_H
#define UF_INSPECT_SOCKET_UNIX_BPF_H

#include "inspect/socket_file.bpf.h"
#include "lib/kernel.bpf.h"

static __always_inline void inspect_unix_name(struct unix_sock *unix_sk,
					      struct uf_inspect_socket *to)
{
	struct unix_address *address = BPF_CORE_READ(unix_sk, addr);
	int bytes;

	if (!address)
		return;
	to->name = (u64)address;
	bytes = BPF_CORE_READ(address, len) - (int)sizeof(u16);
	if (bytes <= 0 || bytes > UF_UNIX_PATH)
		return;
	if (!bpf_probe_read_kernel(to->unix_path, UF_UNIX_PATH,
				   (void *)address->name + sizeof(u16)))
		to->unix_path_bytes = bytes;
}

static __always_inline void inspect_unix(struct sock *sk, struct uf_inspect_socket *to)
{
	struct unix_sock *unix_sk = (struct unix_sock *)sk;
	struct dentry *dentry = BPF_CORE_READ(unix_sk, path.dentry);
	struct inode *inode = BPF_CORE_READ(dentry, d_inode);
	struct sock *peer = BPF_CORE_READ(unix_sk, peer);

	inspect_unix_name(unix_sk, to);
	to->dentry = (u64)dentry;
	/* Its name pins the dentry; unlink() and rename() take the inode's last name. */
	if (inode && !BPF_CORE_READ(inode, i_nlink))
		to->flags |= UF_SOCKET_PATH_DELETED;
	to->peer = (u64)peer;
	if (peer && (BPF_CORE_READ(peer, __sk_common.skc_flags) & UF_SOCK_DEAD))
		to->flags |= UF_SOCKET_PEER_DEAD;
	if (bpf_core_field_exists(unix_sk->listener))
		to->listener = (u64)BPF_CORE_READ(unix_sk, listener);
	to->in_flight = unix_in_flight(sk);
}

#endif
