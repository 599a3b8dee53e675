/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What user space tells the BPF programs: read-only configuration, fixed before load (so that the
 * verifier removes what is not used), and the little state that changes while they run. */
#ifndef UF_ABI_CONFIG_H
#define UF_ABI_CONFIG_H

#include "types.h"
#include "limits.h"
#include "hooks.h"

/* Half-open range of kernel text: a slab birth whose call site lies in it is of this class. */
struct uf_site_range {
	__u64 start;
	__u64 end;
	__u32 object_class; /* enum uf_class */
	__u32 unused;
};

/* What a birth must meet to be followed: one of each kind that is given (lib/aim.bpf.h). */
enum uf_aim_kind {
	UF_AIM_CACHE = 1 << 0,
	UF_AIM_SITE = 1 << 1,
	UF_AIM_COMM = 1 << 2,
	UF_AIM_CGROUP = 1 << 3,
};

struct uf_aim_range {
	__u64 start; /* half-open, of kernel text */
	__u64 end;
};

struct uf_aim {
	__u32 kinds; /* enum uf_aim_kind; 0: everything is followed */
	__u32 nr_sites;
	__u32 nr_comms;
	__u32 nr_cgroups;
	__u32 nr_sizes;
	__u32 unused;
	struct uf_aim_range sites[UF_AIM_MAX]; /* where the call site lies */
	__u64 comms[UF_AIM_MAX][2];	       /* of the thread or its process, NULs at the end */
	__u64 cgroups[UF_AIM_MAX];	       /* v2: of the process, or above its own */
	__u32 sizes[UF_AIM_MAX];	       /* of kmalloc caches, where the cache is not known */
};

/* As the kernel names it, cut, NULs at the end. Key of the map aim_caches. */
struct uf_aim_cache {
	char name[64];
};

struct uf_config {
	__u32 set_mask;	   /* sets of the object table - 1 */
	__u32 origin_mask; /* sets of the origin table - 1 */
	__u32 classes;	   /* bit 1 << enum uf_class for each class that is followed */
	/* Attached copies of the birth and death programs, of tracepoints and of functions (fentry,
	 * fexit); and whether a copy may do again what one before it has done, because tasks
	 * preempt one another in between (lib/mark.h) */
	__u8 copies;
	__u8 function_copies;
	__u8 repeats;
	__u8 function_repeats;
	__u32 self_tgid;
	__u8 only_targets; /* follow processes with UF_PROC_TARGET only */
	__u8 follow;	   /* children of targets become targets */
	__u8 always_walk;  /* walk the stack of every birth */
	__u8 kmem_births;  /* sockets and dentries are born and die in the kmem tracepoints */
	__u8 may_sample;   /* 0: every object is followed, whatever run_state says */
	__u8 cache_of;	   /* the kernel tells the cache of an address */
	__u8 unused[2];
	__u64 sample_seed; /* abi/sample.h */
	/* x86: the entry code of device interrupts and IPIs, asm_common_interrupt to the last
	 * asm_sysvec_*; 0: unknown */
	__u64 irq_entry_start;
	__u64 irq_entry_end;
	/* What puts delayed and RCU works into their queues (delayed_work_timer_fn,
	 * rcu_work_rcufn); 0: unknown */
	__u64 delayed_work_timer;
	__u64 rcu_work_callback;
	/* Variables of the kernel (vmemmap_base, page_offset_base), which are read when they are
	 * needed (slab_page.bpf.c). Not externs: libbpf would read /proc/kallsyms for them once
	 * more. 0: unknown */
	__u64 vmemmap_base;
	__u64 page_offset_base;
	__u32 nr_sites;
	__u32 possible_cpus; /* each has its own of what is per-CPU */
	__u32 page_bytes;
	__u32 unused1;
	struct uf_site_range sites[UF_SITE_MAX];
	struct uf_aim aim;
};

enum uf_phase {
	UF_PHASE_OFF = 0,
	UF_PHASE_SELFTEST = 1, /* programs only note that they were called */
	UF_PHASE_TRACING = 2,
};

struct uf_state {
	__u32 phase;	    /* enum uf_phase; user space writes */
	__u32 clone_births; /* the clone hook is the birth of a cloned socket, not only its owner */
	__u32 describe_births; /* SOCKET_DESCRIBE says where a socket comes from, its birth does not
				*/
	/* Objects that hash to more are not followed (abi/sample.h). User space writes; falls only.
	 */
	__u32 sample_threshold;
	/* Where the structs of pages and the memory they stand for begin, for what is found by its
	 * page (slab_page.bpf.c). The kernel side fills them in; 0: not yet, or unknown. */
	__u64 vmemmap;
	__u64 page_offset;
	/* Processes that work for the tool: like its own, their objects are not followed. They may
	 * be started anew. 0: none */
	__u32 worker_tgids[2];
	/* Processes that are followed and have not begun to exit; the latest beginning of an exit.
	 */
	__u32 targets_alive;
	__u32 unused;
	__u64 last_end_ns;
	__u8 fired[UF_HOOK_COUNT]; /* 1: the hook's program ran during the self-test */
};

#endif
