/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Every map and global of the BPF side. maps.bpf.c defines them (UF_DEFINE_MAPS), everyone else
 * sees the same text as a declaration, so that a differing size is a link error. */
#ifndef UF_LIB_MAPS_H
#define UF_LIB_MAPS_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include "abi/config.h"
#include "abi/counters.h"
#include "abi/events.h"
#include "abi/table.h"

#ifdef UF_DEFINE_MAPS
#define UF_EXTERN
#else
#define UF_EXTERN extern
#endif

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* Live objects; max_entries is set before load (--max-objects). */
UF_EXTERN struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct uf_set);
} objects SEC(".maps");

/* Where objects come from; max_entries is set before load. */
UF_EXTERN struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct uf_origin_set);
} origins SEC(".maps");

/* How what an exit left was freed, by index of the origin; max_entries as there. */
UF_EXTERN struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct uf_exit_ways);
} exit_ways SEC(".maps");

/* When something began: the exit of a process (key: its number), the wait of a work in its queue
 * (its address), and of the work that a kernel thread is at (number of the thread). By the hash of
 * the key, one behind the other. `since_ns` 0: unknown. */
struct uf_moment {
	u64 key;
	u64 since_ns;
};
#define UF_MOMENTS (UF_ENDS + UF_WORKS + UF_WORKS_BEGUN)
UF_EXTERN struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, UF_MOMENTS);
	__type(key, u32);
	__type(value, struct uf_moment);
} moments SEC(".maps");

UF_EXTERN struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 * 1024 * 1024);
} events SEC(".maps");

UF_EXTERN struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct uf_cpu);
} cpus SEC(".maps");

/* Names of the caches that are followed, if not all are. */
UF_EXTERN struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, UF_AIM_CACHES);
	__type(key, struct uf_aim_cache);
	__type(value, u32);
} aim_caches SEC(".maps");

/* Flags of each process by tgid (enum uf_proc_flag). */
UF_EXTERN struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, UF_PROC_PAGES);
	__type(key, u32);
	__type(value, struct uf_proc_page);
} procs SEC(".maps");

/* Buffers for stack walks: too large for the BPF stack. UF_SCRATCH_PER_CPU for each CPU, claimed by
 * compare-and-swap, because births nest (interrupts) and may be preempted (7.x tracepoints). */
struct uf_scratch {
	u32 busy;
	u32 unused;
	u64 kernel_stack[UF_KSTACK_MAX];
	u64 user_stack[UF_USTACK_MAX];
	u64 user_words[UF_USER_WORDS];
};
UF_EXTERN struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, UF_SCRATCH_PER_CPU);
	__type(key, u32);
	__type(value, struct uf_scratch);
} scratch SEC(".maps");

/* Of lib/atomic.bpf.h: by set of a table, so that two that meet in one are rare. */
#define UF_LOCKS 4096

#ifndef UF_DEFINE_MAPS
extern const volatile struct uf_config cfg;
extern struct uf_state run_state;
#ifdef UF_LEGACY
extern __u32 locks[UF_LOCKS];
extern __u64 own_address;
#endif
#endif

#endif
