/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What TCP says of a connection: queues, timers, and when something last came or went. */
#ifndef UF_INSPECT_SOCKET_TCP_BPF_H
#define UF_INSPECT_SOCKET_TCP_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "abi/inspect.h"

#define UF_TCP_LISTEN 10

/* 7.0 moved the retransmit timer into struct sock. */
struct sock___v7 {
	struct timer_list tcp_retransmit_timer;
} __attribute__((preserve_access_index));

static __always_inline s32 tcp_timer_in(struct inet_connection_sock *icsk, u64 now)
{
	u64 expires = now;

	if (bpf_core_field_exists(icsk->icsk_timeout)) /* until 6.14 */
		expires = BPF_CORE_READ(icsk, icsk_timeout);
	else if (bpf_core_field_exists(icsk->icsk_retransmit_timer))
		expires = BPF_CORE_READ(icsk, icsk_retransmit_timer.expires);
	else if (bpf_core_field_exists(struct sock___v7, tcp_retransmit_timer))
		expires = BPF_CORE_READ((struct sock___v7 *)icsk, tcp_retransmit_timer.expires);
	return expires - now;
}

/* A timer that runs is in a list, and has a reference on its socket. */
static __always_inline bool tcp_timer_runs(struct inet_connection_sock *icsk)
{
	if (bpf_core_field_exists(icsk->icsk_retransmit_timer)) {
		if (BPF_CORE_READ(icsk, icsk_retransmit_timer.entry.pprev))
			return true;
	} else if (bpf_core_field_exists(struct sock___v7, tcp_retransmit_timer)) {
		if (BPF_CORE_READ((struct sock___v7 *)icsk, tcp_retransmit_timer.entry.pprev))
			return true;
	}
	if (bpf_core_field_exists(icsk->icsk_keepalive_timer) &&
	    BPF_CORE_READ(icsk, icsk_keepalive_timer.entry.pprev))
		return true;
	return BPF_CORE_READ(icsk, icsk_delack_timer.entry.pprev);
}

static __always_inline void inspect_tcp(struct sock *sk, struct uf_inspect_socket *to)
{
	struct inet_connection_sock *icsk = (struct inet_connection_sock *)sk;
	struct tcp_sock *tcp = (struct tcp_sock *)sk;
	u64 now = bpf_jiffies64();
	u32 received = BPF_CORE_READ(icsk, icsk_ack.lrcvtime);
	struct net *net = BPF_CORE_READ(sk, __sk_common.skc_net.net);

	to->rcvbuf_max = BPF_CORE_READ(net, ipv4.sysctl_tcp_rmem[2]);
	to->sndbuf_max = BPF_CORE_READ(net, ipv4.sysctl_tcp_wmem[2]);
	if (to->state == UF_TCP_LISTEN)
		return;
	to->recv_bytes = BPF_CORE_READ(tcp, rcv_nxt) - BPF_CORE_READ(tcp, copied_seq);
	if ((s32)to->recv_bytes < 0)
		to->recv_bytes = 0;
	to->send_bytes = BPF_CORE_READ(tcp, write_seq) - BPF_CORE_READ(tcp, snd_una);
	if (received) {
		to->flags |= UF_SOCKET_CONNECTED;
		to->since_received = (u32)now - received;
		to->since_sent = (u32)now - BPF_CORE_READ(tcp, lsndtime);
	}
	to->retransmits = BPF_CORE_READ(icsk, icsk_retransmits);
	to->probes = BPF_CORE_READ(icsk, icsk_probes_out);
	to->tcp_timer = BPF_CORE_READ(icsk, icsk_pending);
	if (to->tcp_timer)
		to->tcp_timer_in = tcp_timer_in(icsk, now);
	if (tcp_timer_runs(icsk))
		to->flags |= UF_SOCKET_TIMER;
}

#endif
