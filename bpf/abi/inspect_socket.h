/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is read of a socket for a report (struct uf_inspect). */
#ifndef UF_ABI_INSPECT_SOCKET_H
#define UF_ABI_INSPECT_SOCKET_H

#include "types.h"

/* sizeof(sockaddr_un.sun_path) */
#define UF_UNIX_PATH 108

struct uf_inspect_socket {
	__u16 family;
	__u16 type;
	__u16 protocol;
	__u8 state; /* TCP_ESTABLISHED ..., of unix sockets too */
	__u8 unused0;
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
	__s32 unix_path_bytes; /* 0: unnamed or no unix socket; the first byte 0: abstract */
	char unix_path[UF_UNIX_PATH];
	__u32 unused1;
	__u64 cookie; /* sock_gen_cookie(); 0: nobody has asked for it */
};
UF_ASSERT_SIZE(struct uf_inspect_socket, 216);

#endif
