/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Every place of the kernel that unfreed wants to see, one id each. A hook may be served by one of
 * several programs (user/bpf/hook_table.cpp); all of them note the same id when they run, which is
 * how the start-up self-test finds a hook that attaches but is never called. */
#ifndef UF_ABI_HOOKS_H
#define UF_ABI_HOOKS_H

enum uf_hook {
	UF_HOOK_SLAB_ALLOC_CACHE,
	UF_HOOK_SLAB_ALLOC_KMALLOC,
	UF_HOOK_SLAB_FREE_CACHE,
	UF_HOOK_SLAB_FREE_KFREE,
	UF_HOOK_SLAB_ALLOC_BULK,
	UF_HOOK_SLAB_ALLOC_NOLOCK,
	UF_HOOK_SLAB_FREE_BULK,
	UF_HOOK_SLAB_FREE_SHEAF,
	UF_HOOK_SLAB_FREE_SHEAF_NOBARN,
	UF_HOOK_SLAB_FREE_NOLOCK,
	UF_HOOK_SLAB_FREE_RCU,
	UF_HOOK_SOCKET_ALLOC,
	UF_HOOK_SOCKET_DESCRIBE,
	UF_HOOK_SOCKET_CLONE,
	UF_HOOK_SOCKET_FREE,
	UF_HOOK_SOCKET_ACCEPT,
	UF_HOOK_SOCKET_CLOSE,
	UF_HOOK_SOCKET_TCP_CLOSE,
	UF_HOOK_SOCKET_DESTROY,
	UF_HOOK_SOCKET_KILL_QUEUES,
	UF_HOOK_SOCKET_DESTRUCT,
	UF_HOOK_DENTRY_ALLOC,
	UF_HOOK_DENTRY_FREE,
	UF_HOOK_DENTRY_LRU,
	UF_HOOK_DENTRY_DPUT,
	UF_HOOK_PROCESS_FORK,
	UF_HOOK_PROCESS_EXEC,
	UF_HOOK_PROCESS_EXIT,
	/* Who frees what a process leaves behind (probes/given_up.bpf.c). */
	UF_HOOK_CALL_RCU,
	UF_HOOK_CALL_RCU_HURRY,
	UF_HOOK_WORK_QUEUED,
	UF_HOOK_WORK_BEGUN,
	/* Tracepoints of their own before 6.1. */
	UF_HOOK_SLAB_ALLOC_CACHE_NODE,
	UF_HOOK_SLAB_ALLOC_KMALLOC_NODE,
	UF_HOOK_COUNT,
};

#endif
