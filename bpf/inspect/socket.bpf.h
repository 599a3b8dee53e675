/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a struct sock says of itself. */
#ifndef UF_INSPECT_SOCKET_BPF_H
#define UF_INSPECT_SOCKET_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "abi/inspect.h"

#define UF_AF_INET  2
#define UF_AF_INET6 10
#define UF_AF_UNIX  1

/* enum sock_flags: the first one in every kernel. */
#define UF_SOCK_DEAD 0

static __always_inline void inspect_socket_base(struct sock *sk, struct uf_inspect_socket *to)
{
	to->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	to->state = BPF_CORE_READ(sk, __sk_common.skc_state);
	to->type = BPF_CORE_READ(sk, sk_type);
	to->protocol = BPF_CORE_READ(sk, sk_protocol);
	to->netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
	to->inode = BPF_CORE_READ(sk, sk_socket, file, f_inode, i_ino);
	to->rmem_alloc = BPF_CORE_READ(sk, sk_backlog.rmem_alloc.counter);
	to->rcvbuf = BPF_CORE_READ(sk, sk_rcvbuf);
	/* A sock holds one reference on its own count of bytes to send (sock_init_data). */
	to->wmem_alloc = BPF_CORE_READ(sk, sk_wmem_alloc.refs.counter) - 1;
	to->sndbuf = BPF_CORE_READ(sk, sk_sndbuf);
	to->forward_alloc = BPF_CORE_READ(sk, sk_forward_alloc);
	to->wmem_queued = BPF_CORE_READ(sk, sk_wmem_queued);
	to->omem_alloc = BPF_CORE_READ(sk, sk_omem_alloc.counter);
	to->backlog = BPF_CORE_READ(sk, sk_backlog.len);
	to->drops = BPF_CORE_READ(sk, sk_drops.counter);
	to->cookie = (u64)BPF_CORE_READ(sk, __sk_common.skc_cookie.counter);
}

static __always_inline void inspect_addresses(struct sock *sk, struct uf_inspect_socket *to)
{
	u32 v4;

	to->local_port = BPF_CORE_READ(sk, __sk_common.skc_num);
	to->remote_port = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
	if (to->family == UF_AF_INET) {
		v4 = BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr);
		__builtin_memcpy(to->local, &v4, sizeof(v4));
		v4 = BPF_CORE_READ(sk, __sk_common.skc_daddr);
		__builtin_memcpy(to->remote, &v4, sizeof(v4));
	} else {
		BPF_CORE_READ_INTO(&to->local, sk, __sk_common.skc_v6_rcv_saddr);
		BPF_CORE_READ_INTO(&to->remote, sk, __sk_common.skc_v6_daddr);
	}
}

static __always_inline void inspect_unix(struct sock *sk, struct uf_inspect_socket *to)
{
	struct unix_sock *unix_sk = (struct unix_sock *)sk;
	struct unix_address *address = BPF_CORE_READ(unix_sk, addr);
	int bytes;

	if (!address)
		return;
	bytes = BPF_CORE_READ(address, len) - (int)sizeof(u16);
	if (bytes <= 0 || bytes > UF_UNIX_PATH)
		return;
	if (!bpf_probe_read_kernel(to->unix_path, UF_UNIX_PATH,
				   (void *)address->name + sizeof(u16)))
		to->unix_path_bytes = bytes;
}

static __always_inline void inspect_socket(struct uf_inspect *entry)
{
	struct sock *sk = (struct sock *)entry->addr;
	struct proto *creator = NULL;
	u64 cache = 0;
	u32 wmem = 0;

	if (bpf_core_read(&entry->refcount, sizeof(entry->refcount),
			  &sk->__sk_common.skc_refcnt.refs.counter) ||
	    bpf_core_read(&wmem, sizeof(wmem), &sk->sk_wmem_alloc.refs.counter) ||
	    bpf_core_read(&creator, sizeof(creator), &sk->sk_prot_creator))
		return;
	/* Without references a sock lives on while packets that it sent are on their way
	 * (sk_free). */
	entry->verdict = entry->refcount > 0 || wmem > 0 ? UF_INSPECT_ALIVE : UF_INSPECT_DEAD;
	/* Its memory may belong to something else by now. */
	if (bpf_core_read(&cache, sizeof(cache), &creator->slab) ||
	    (entry->cache && cache != entry->cache))
		entry->verdict = UF_INSPECT_DEAD;
	if (entry->verdict != UF_INSPECT_ALIVE)
		return;
	if (BPF_CORE_READ(sk, __sk_common.skc_flags) & (1 << UF_SOCK_DEAD))
		entry->facts |= UF_FACT_ORPHAN;
	if (!BPF_CORE_READ(sk, sk_socket, file))
		entry->facts |= UF_FACT_NO_FILE;
	if (!entry->details)
		return;
	inspect_socket_base(sk, &entry->socket);
	if (entry->socket.family == UF_AF_INET || entry->socket.family == UF_AF_INET6)
		inspect_addresses(sk, &entry->socket);
	else if (entry->socket.family == UF_AF_UNIX)
		inspect_unix(sk, &entry->socket);
}

#endif
