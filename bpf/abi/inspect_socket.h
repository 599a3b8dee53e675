/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is read of a socket for a report (struct uf_inspect). */
#ifndef UF_ABI_INSPECT_SOCKET_H
#define UF_ABI_INSPECT_SOCKET_H

#include "types.h"

/* sizeof(sockaddr_un.sun_path) */
#define UF_UNIX_PATH 108

/* uf_inspect_socket.flags */
enum uf_socket_flag {
	UF_SOCKET_NO_SOCKET = 1u << 0,	/* no struct socket: in an accept queue, or closed */
	UF_SOCKET_LINGER = 1u << 1,	/* SO_LINGER */
	UF_SOCKET_RCVBUF_SET = 1u << 2, /* the program has set SO_RCVBUF: no tuning */
	UF_SOCKET_SNDBUF_SET = 1u << 3,
	UF_SOCKET_PATH_DELETED = 1u << 4, /* unix: bound to a path that has been unlinked */
	UF_SOCKET_PEER_DEAD = 1u << 5,	  /* unix: its peer has been closed */
	UF_SOCKET_KERNEL = 1u << 6,	  /* made by kernel code for itself */
	UF_SOCKET_TIMER = 1u << 7,	  /* a timer runs, which holds a reference */
	UF_SOCKET_FILE_REFS = 1u << 8,	  /* file_refs is known */
	UF_SOCKET_CONNECTED = 1u << 9,	  /* TCP: has been connected once: the times are set */
};

/* uf_inspect_socket.tcp_timer, as ICSK_TIME_* of the kernel */
enum uf_tcp_timer {
	UF_TCP_TIMER_RETRANSMIT = 1,
	UF_TCP_TIMER_PROBE = 3, /* of a closed window */
	UF_TCP_TIMER_LOSS_PROBE = 5,
	UF_TCP_TIMER_REORDER = 6,
};

struct uf_inspect_socket {
	__u16 family;
	__u16 type;
	__u16 protocol;
	__u8 state;	   /* TCP_ESTABLISHED ..., of unix sockets too */
	__u8 shutdown;	   /* 1: receives no more, 2: sends no more */
	__u16 local_port;  /* host byte order */
	__u16 remote_port; /* host byte order */
	__u32 netns;	   /* inode number of the network namespace */
	__u8 local[16];	   /* the first 4 bytes for IPv4 */
	__u8 remote[16];
	__u64 inode; /* 0: no struct socket, no file */
	/* skmem, as ss(8) names it: r, rb, t, tb, f, w, o, bl, d */
	__s32 rmem_alloc;
	__s32 rcvbuf;
	__s32 wmem_alloc;
	__s32 sndbuf;
	__s32 forward_alloc;
	__s32 wmem_queued;
	__s32 omem_alloc;
	__s32 backlog;
	__s32 drops;
	__u32 flags;	/* enum uf_socket_flag */
	__u64 peer;	/* unix: struct sock * that it is connected to */
	__u64 listener; /* unix, not accepted yet: struct sock * (6.10 and later) */
	__u64 name; /* unix: struct unix_address *, which a listener shares with its connections */
	__u64 dentry;	    /* unix: struct dentry * of its path, which it holds; 0: it has none */
	__u64 in_flight;    /* unix: how often its file is in messages on their way */
	__u64 cookie;	    /* sock_gen_cookie(); 0: nobody has asked for it */
	__s64 file_refs;    /* references on its file, those of messages too */
	__u32 accept_queue; /* connections that wait for accept() */
	__u32 accept_queue_max;
	__u32 recv_packets; /* in the receive queue */
	__u32 recv_bytes;   /* TCP: received and not read, as Recv-Q of ss(8) */
	__u32 send_bytes;   /* TCP: sent and not acknowledged, or not sent yet, as Send-Q */
	__u32 error;	    /* errno of the connection that no call has told yet */
	__u32 rcvbuf_max;   /* tcp_rmem[2], tcp_wmem[2] of its namespace: how far tuning may go */
	__u32 sndbuf_max;
	/* TCP, in ticks of the kernel (jiffies) */
	__u32 since_received;
	__u32 since_sent;
	__s32 tcp_timer_in; /* negative: is late */
	__u8 tcp_timer;	    /* 0: none; enum uf_tcp_timer */
	__u8 retransmits;   /* of the oldest segment, in a row */
	__u8 probes;	    /* without an answer */
	__u8 unused0;
	__s32 unix_path_bytes; /* 0: unnamed or no unix socket; the first byte 0: abstract */
	char unix_path[UF_UNIX_PATH];
};
UF_ASSERT_SIZE(struct uf_inspect_socket, 312);

#endif
