/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the iterators of bpf/sockets write for user space to read: sockets that exist, and who has
 * them open. */
#ifndef UF_ABI_SOCKET_LIST_H
#define UF_ABI_SOCKET_LIST_H

#include "types.h"

/* A socket in a table of its protocol: all of one network namespace. */
struct uf_listed_socket {
	__u64 addr;   /* struct sock */
	__u64 cookie; /* sock_gen_cookie(): never given twice */
};
UF_ASSERT_SIZE(struct uf_listed_socket, 16);

/* A descriptor that is a socket: of all processes and network namespaces. */
struct uf_open_socket {
	__u64 addr;
	__u64 cookie;
	__u32 tgid;
	__u32 fd;
};
UF_ASSERT_SIZE(struct uf_open_socket, 24);

#endif
