/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What an object is and how far it got in its life: the lower bits of uf_meta.bits. Apart from
 * table.h, so that what needs these words only is not compiled again for a new hook or counter. */
#ifndef UF_ABI_CLASSES_H
#define UF_ABI_CLASSES_H

/* Low half of uf_meta.bits. */
enum uf_stage {
	UF_STAGE_FD_INSTALLED = 1u << 0, /* it has a file; set by accept(), and by the report */
	UF_STAGE_ACCEPTED = 1u << 1,	 /* accept() handed it to a program */
	UF_STAGE_SHUTDOWN = 1u << 2,	 /* shutdown() */
	UF_STAGE_RELEASED = 1u << 3,  /* last file reference dropped: sock_close, __sock_release */
	UF_STAGE_TCP_CLOSE = 1u << 4, /* tcp_close */
	UF_STAGE_DESTROYED = 1u << 5, /* tcp_destroy_sock tracepoint, inet_csk_destroy_sock */
	UF_STAGE_QUEUES_KILLED = 1u << 6, /* sk_stream_kill_queues */
	UF_STAGE_MEM_HELD = 1u << 7,	 /* queue memory was not zero when the queues were killed */
	UF_STAGE_UNREFERENCED = 1u << 8, /* dentry: went on the LRU the first time */
	UF_STAGE_LAST_DPUT =
		1u << 9, /* dentry: dput() of the last reference (one traced process) */
	UF_STAGE_RCU_PENDING = 1u << 10,  /* freed by its user, memory waits for a grace period */
	UF_STAGE_HELD_AT_EXIT = 1u << 11, /* an open file of an exiting process refers to it, or its
					   * exit gave it to RCU */
	UF_STAGE_MASK = 0xffffu,
};

#define UF_CLASS_SHIFT 16
#define UF_CLASS_MASK  (0xfu << UF_CLASS_SHIFT)
enum uf_class {
	UF_CLASS_NONE = 0,
#define UF_CLASS(id, name, of_cache) UF_CLASS_##id,
#include "classes.def"
	UF_CLASS_COUNT,
};

/* A bit for each class whose objects come from slab caches. */
enum {
	UF_CLASSES_OF_CACHES = 0
#define UF_CLASS(id, name, of_cache) | (of_cache) << UF_CLASS_##id
#include "classes.def"
};

/* Areas of class vmalloc may have more than 4 GiB: their sizes are kept in units of the smallest
 * page. */
#define UF_VMALLOC_UNIT 4096

#endif
