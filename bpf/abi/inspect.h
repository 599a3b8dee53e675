/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Questions of user space about single objects, and the answers (map `inspections`). Asked when a
 * report is made, of survivors only; the program runs when user space calls it. */
#ifndef UF_ABI_INSPECT_H
#define UF_ABI_INSPECT_H

#include "types.h"
#include "inspect_dentry.h"
#include "inspect_socket.h"
#include "limits.h"

/* Answers of one call. */
#define UF_INSPECT_BATCH 256

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
