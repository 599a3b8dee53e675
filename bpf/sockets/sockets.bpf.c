// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Lists the sockets that exist, however old they are. The iterators of a protocol see the network
 * namespace of whoever opens them; that of the files sees all. They leave out: what is in no table
 * of its protocol and in no file (kernel sockets that are not bound, closed sockets that something
 * still refers to). User space reads only what the kernel lets it load.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "abi/socket_list.h"

/* include/net/tcp_states.h: these two are no struct sock. */
#define UF_TCP_TIME_WAIT    6
#define UF_TCP_NEW_SYN_RECV 12

static __always_inline void list(struct bpf_iter_meta *meta, u64 addr, u64 cookie)
{
	struct uf_listed_socket listed = {.addr = addr, .cookie = cookie};

	/* A full buffer is no loss: the kernel hands it over and calls for this socket again. */
	bpf_seq_write(meta->seq, &listed, sizeof(listed));
}

SEC("?iter/tcp")
int list_tcp(struct bpf_iter__tcp *ctx)
{
	struct sock_common *sk = ctx->sk_common;

	if (sk && sk->skc_state != UF_TCP_TIME_WAIT && sk->skc_state != UF_TCP_NEW_SYN_RECV)
		list(ctx->meta, (u64)sk, bpf_get_socket_cookie(sk));
	return 0;
}

SEC("?iter/udp")
int list_udp(struct bpf_iter__udp *ctx)
{
	struct udp_sock *sk = ctx->udp_sk;

	if (sk)
		list(ctx->meta, (u64)sk, bpf_get_socket_cookie(sk));
	return 0;
}

SEC("?iter/unix")
int list_unix(struct bpf_iter__unix *ctx)
{
	struct unix_sock *sk = ctx->unix_sk;

	if (sk)
		list(ctx->meta, (u64)sk, bpf_get_socket_cookie(sk));
	return 0;
}

SEC("?iter/netlink")
int list_netlink(struct bpf_iter__netlink *ctx)
{
	struct netlink_sock *sk = ctx->sk;

	if (sk)
		list(ctx->meta, (u64)sk, bpf_get_socket_cookie(sk));
	return 0;
}

SEC("?iter/task_file")
int list_open(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct uf_open_socket open = {};
	struct socket *socket;
	struct sock *sk;

	if (!task || !file)
		return 0;
	socket = bpf_sock_from_file(file);
	if (!socket)
		return 0;
	sk = socket->sk;
	if (!sk)
		return 0;
	open.addr = (u64)sk;
	open.cookie = bpf_get_socket_cookie(sk);
	open.tgid = task->tgid;
	open.fd = ctx->fd;
	bpf_seq_write(ctx->meta->seq, &open, sizeof(open));
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
