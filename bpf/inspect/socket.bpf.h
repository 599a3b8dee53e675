/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a struct sock says of itself. */
#ifndef UF_INSPECT_SOCKET_BPF_H
#define UF_INSPECT_SOCKET_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "abi/inspect.h"
#include "inspect/socket_tcp.bpf.h"
#include "inspect/socket_unix.bpf.h"
#include "lib/kernel.bpf.h"

#define UF_SOCK_STREAM 1
#define UF_IPPROTO_TCP 6

/* enum sock_flags: the fifth in every kernel. */
#define UF_SOCK_LINGER 4

/* include/net/sock.h: SOCK_SNDBUF_LOCK, SOCK_RCVBUF_LOCK */
#define UF_SNDBUF_LOCK 1
#define UF_RCVBUF_LOCK 2

static __always_inline void inspect_socket_base(struct sock *sk, s32 refcount,
						struct uf_inspect_socket *to)
{
	to->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	to->state = BPF_CORE_READ(sk, __sk_common.skc_state);
	to->type = BPF_CORE_READ(sk, sk_type);
	to->protocol = BPF_CORE_READ(sk, sk_protocol);
	to->netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
	to->inode = BPF_CORE_READ(sk, sk_socket, file, f_inode, i_ino);
	to->rmem_alloc = BPF_CORE_READ(sk, sk_backlog.rmem_alloc.counter);
	to->rcvbuf = BPF_CORE_READ(sk, sk_rcvbuf);
	/* A sock holds one reference on its own count of bytes to send (sock_init_data), until its
	 * last user has gone (sk_free). */
	to->wmem_alloc = BPF_CORE_READ(sk, sk_wmem_alloc.refs.counter) - (refcount > 0);
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

/* Facts that decide what the socket is; those of its protocol are elsewhere. */
static __always_inline void inspect_flags(struct sock *sk, struct uf_inspect_socket *to)
{
	u32 locks = BPF_CORE_READ_BITFIELD_PROBED(sk, sk_userlocks);

	if (!BPF_CORE_READ(sk, sk_socket))
		to->flags |= UF_SOCKET_NO_SOCKET;
	if (BPF_CORE_READ(sk, __sk_common.skc_flags) & (1 << UF_SOCK_LINGER))
		to->flags |= UF_SOCKET_LINGER;
	if (locks & UF_SNDBUF_LOCK)
		to->flags |= UF_SOCKET_SNDBUF_SET;
	if (locks & UF_RCVBUF_LOCK)
		to->flags |= UF_SOCKET_RCVBUF_SET;
	if (BPF_CORE_READ_BITFIELD_PROBED(sk, sk_kern_sock))
		to->flags |= UF_SOCKET_KERNEL;
	if (bpf_core_field_exists(sk->sk_timer) && BPF_CORE_READ(sk, sk_timer.entry.pprev))
		to->flags |= UF_SOCKET_TIMER;
	to->shutdown = BPF_CORE_READ_BITFIELD_PROBED(sk, sk_shutdown);
	to->error = BPF_CORE_READ(sk, sk_err);
	to->accept_queue = BPF_CORE_READ(sk, sk_ack_backlog);
	to->accept_queue_max = BPF_CORE_READ(sk, sk_max_ack_backlog);
	to->recv_packets = BPF_CORE_READ(sk, sk_receive_queue.qlen);
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
	if (BPF_CORE_READ(sk, __sk_common.skc_flags) & UF_SOCK_DEAD)
		entry->facts |= UF_FACT_ORPHAN;
	if (!BPF_CORE_READ(sk, sk_socket, file))
		entry->facts |= UF_FACT_NO_FILE;
	inspect_socket_base(sk, entry->refcount, &entry->socket);
	inspect_flags(sk, &entry->socket);
	inspect_file(sk, &entry->socket);
	if (entry->socket.family == UF_AF_UNIX) {
		inspect_unix(sk, &entry->socket);
	} else if (entry->socket.family == UF_AF_INET || entry->socket.family == UF_AF_INET6) {
		inspect_addresses(sk, &entry->socket);
		if (entry->socket.protocol == UF_IPPROTO_TCP &&
		    entry->socket.type == UF_SOCK_STREAM)
			inspect_tcp(sk, &entry->socket);
	}
}

#endif
