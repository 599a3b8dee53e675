/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Questions of user space about single objects, and the answers (map `inspections`). Asked when a
 * report is made, of survivors only; the program runs when user space calls it. */
#ifndef UF_ABI_INSPECT_H
#define UF_ABI_INSPECT_H

#include "types.h"
#include "limits.h"

/* Answers of one call. */
#define UF_INSPECT_BATCH 256
/* Names kept of a dentry's path, innermost first, and bytes of each with its end. */
#define UF_PATH_NAMES 16
#define UF_PATH_NAME  48
/* sizeof(sockaddr_un.sun_path) */
#define UF_UNIX_PATH 108

enum uf_inspect_verdict {
	UF_INSPECT_UNREADABLE = 0,
	UF_INSPECT_ALIVE = 1,
	UF_INSPECT_DEAD = 2, /* its user has freed it: nothing refers to it, or it is another one */
};

/* uf_inspect.facts */
enum uf_inspect_fact {
	UF_FACT_NEGATIVE = 1u << 0, /* dentry: the name does not exist */
	UF_FACT_ORPHAN = 1u << 1,   /* socket: its program has closed it (sock_orphan) */
	UF_FACT_NO_FILE = 1u << 2,  /* socket: no file belongs to it (yet, or any more) */
};

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
};
UF_ASSERT_SIZE(struct uf_inspect_socket, 208);

struct uf_inspect_dentry {
	__u32 flags;
	__u32 device; /* as the kernel has it: major << 20 | minor */
	__u64 inode;  /* 0: negative */
	char file_system[16];
	__u32 names;	 /* in `path`, the root not included */
	__u32 truncated; /* the path is longer */
	char path[UF_PATH_NAMES][UF_PATH_NAME];
};
UF_ASSERT_SIZE(struct uf_inspect_dentry, 40 + UF_PATH_NAMES * UF_PATH_NAME);

struct uf_inspect {
	/* the question */
	__u64 addr;
	__u64 cache;	    /* struct kmem_cache * of a socket; 0: unknown */
	__u32 object_class; /* enum uf_class */
	__u32 details;	    /* not only alive or dead */
	/* the answer */
	__u32 verdict; /* enum uf_inspect_verdict */
	__s32 refcount;
	__u32 facts; /* enum uf_inspect_fact */
	__u32 unused;
	union {
		struct uf_inspect_socket socket;
		struct uf_inspect_dentry dentry;
	};
};

#endif
