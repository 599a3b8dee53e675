/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The two tables that the kernel side fills and user space reads through a shared mapping.
 *
 * Objects: a set-associative hash by object address. One cache line holds a set's addresses, so
 * that a free of an address that is not followed (most of them) touches one line. A slot is claimed
 * by compare-and-swap of its address from 0 to (addr | UF_ADDR_FILLING), filled, and published by a
 * plain store of the address; a death stores 0. (address, birth_ns) names an object for ever.
 *
 * An object whose set is full goes to one of UF_OTHER_SETS others (table_hash.h); `overflow` of the
 * first counts those, so that a look-up goes to the others only when one is there.
 */
#ifndef UF_ABI_TABLE_H
#define UF_ABI_TABLE_H

#include "types.h"
#include "classes.h"
#include "limits.h"
#include "counters.h"
#include "hooks.h"

/* Slab objects are at least 8-byte aligned, per-CPU ones 4-byte, so the low bit of an address is
 * free for this mark. */
#define UF_ADDR_FILLING 1ULL

/* Flags of uf_meta.bits, above stages and class (classes.h). */
/* User space holds this object in its tracker: stages and death are wanted as records. */
#define UF_META_PROMOTED (1u << 24)
/* The stacks of this very object's birth were walked, and are those of its origin. */
#define UF_META_STACK_CHECKED (1u << 25)

struct uf_meta {
	__u64 birth_ns; /* CLOCK_MONOTONIC, at most a tick (1 to 10 ms) early; no two births of
			 * an address are equal */
	__u32 origin;	/* index into the origin table plus 1; 0: unknown */
	__u32 tgid;	/* process it was made for; 0: none (interrupt, idle) */
	__u32 size;	/* bytes the allocator gave (kmalloc), on all CPUs together (per-CPU), in
			 * UF_VMALLOC_UNIT (vmalloc); 0: the origin's cache says it */
	__u32 bits;	/* uf_stage | class << UF_CLASS_SHIFT | UF_META_* */
};
UF_ASSERT_SIZE(struct uf_meta, 24);

struct uf_set {
	__u64 overflow;
	__u64 addr[UF_WAYS];
	struct uf_meta meta[UF_WAYS];
	__u64 unused[3];
};
UF_ASSERT_SIZE(struct uf_set, 256);

/* uf_origin.flags */
enum uf_origin_flag {
	UF_ORIGIN_SENT = 1u << 0,      /* its record reached the ring buffer */
	UF_ORIGIN_WALK = 1u << 1,      /* walk the stack of every birth; user space sets it */
	UF_ORIGIN_OWN_STACK = 1u << 2, /* its key holds the stack: all its births had this one */
	UF_ORIGIN_STACK_SET = 1u << 3, /* stack_hash is valid */
	UF_ORIGIN_COPY_SENT = 1u << 4, /* so is a copy of its user stack */
	UF_ORIGIN_GIVEN_UP_SENT = 1u << 5, /* and who gave one of its objects to RCU */
};
/* Number of own-stack origins that split off this one, saturating; above the flags. */
#define UF_ORIGIN_SPLITS_SHIFT 16

/*
 * An origin is where objects come from: one class, cache, call site, process and call stack. The
 * counters are exact (atomic) and never reset.
 *
 * A birth is looked up by a cheap key, made without a stack walk (lib/origin.bpf.h). The entry of
 * that key holds the births whose stack was not walked, and those whose stack is that of its first
 * birth; another stack gets an entry of its own, under a key that holds the stack.
 */
struct uf_origin {
	__u64 key; /* 64-bit hash; 0: free entry */
	__u64 births;
	__u64 deaths;	     /* every death, those below included */
	__u32 exit_released; /* deaths caused by the exit of the owner */
	__u32 exit_pending;  /* deaths after the owner's exit of objects it had released before */
	__u32 replaced;	     /* births on an address it still held: deaths that were missed */
	__u32 differed; /* births checked that had another stack than the first, but count here */
	__u32 tgid;
	__u32 flags;
	__u64 last_birth_ns; /* of the latest birth, roughly: CPUs overwrite one another */
	__u32 stack_hash;    /* of the first birth's stacks, kernel and user; OWN_STACK: the id of
			      * the origin that this one split off */
	__u32 checked;	     /* births whose stacks were walked, the first included */
};
UF_ASSERT_SIZE(struct uf_origin, 64);

struct uf_origin_set {
	struct uf_origin way[UF_ORIGIN_WAYS];
};

/*
 * Of an origin's objects that were alive when the exit of their process began, those that something
 * else than the exiting process freed afterwards: an RCU callback, a worker, the parent that waited
 * for it. They are in exit_released. `unknown` are in exit_pending: it cannot be told whether
 * somebody had given them back before. Same index as the origin.
 */
struct uf_exit_ways {
	__u32 by_rcu;
	__u32 by_worker;
	__u32 by_parent;
	__u32 unknown;
};
UF_ASSERT_SIZE(struct uf_exit_ways, 16);

/* Births and deaths of one slab cache that the object table never sees: what was born before the
 * trace, and what the tool itself makes. With them the growth that was traced can be held against
 * the kernel's own count of the cache. */
struct uf_cache {
	__u64 cache; /* struct kmem_cache *; 0: free entry */
	__u64 deaths;
	__u64 births;
	char name[UF_CACHE_NAME_LEN];
	__u64 unused;
};
UF_ASSERT_SIZE(struct uf_cache, 64);

/* The same of a class whose objects come from no slab cache. */
struct uf_unfollowed {
	__u64 births;
	__u64 deaths;
};

/* The part of these births and deaths of which it is known who did it: what of a cache a program
 * made or freed, or a file system lost. Whose place new objects may have taken is told by it. No
 * room: not told. */
struct uf_older {
	__u64 key;   /* of the two below; 0: free entry */
	__u64 cache; /* struct kmem_cache * */
	__u64 by;    /* uf_by_program(), uf_by_device() */
	__u64 deaths;
	__u64 births;
};
UF_ASSERT_SIZE(struct uf_older, 40);

/* Events of a hook that are under way on a CPU, the innermost last (lib/mark.h): the addresses of
 * their contexts. 0: none. */
struct uf_marks {
	__u64 ctx[UF_MARKS];
};

/* What a CPU keeps for itself (map `cpus`): counters are summed over CPUs by user space; marks[] is
 * how a spare copy of a program learns that the copy before it has got this very event. */
struct uf_cpu {
	__u64 counters[UF_CTR_COUNT];
	struct uf_marks marks[UF_HOOK_COUNT];
	__s64 rescued[UF_HOOK_COUNT]; /* events that copy 0 did not get and a spare copy did */
	/* lib/clock.bpf.h */
	__u64 tick;	      /* jiffies when tick_ns was read */
	__u64 tick_ns;	      /* CLOCK_MONOTONIC */
	__u64 births_in_tick; /* makes (address, birth_ns) unique */
	__u64 walks_paid_ns;  /* what was walked for survivors is paid up to here (lib/origin.bpf.h)
			       */
	struct uf_cache caches[UF_CACHES + 1]; /* the last: no room, or the cache is not known */
	struct uf_older older[UF_OLDER];
	struct uf_unfollowed unfollowed[UF_CLASS_COUNT]; /* by enum uf_class */
};

/* Process flags (map `procs`), a byte a tgid. */
enum uf_proc_flag {
	UF_PROC_TARGET = 1u << 0,  /* follow what this process makes */
	UF_PROC_EXITING = 1u << 1, /* its last thread has begun to exit */
	UF_PROC_IGNORE = 1u << 2,  /* the tool itself */
	/* Exiting: it made the namespaces itself that it was in at its end. */
	UF_PROC_OWN_NAMESPACES = 1u << 3,
};
struct uf_proc_page {
	__u8 flags[UF_PROC_PAGE];
};

#endif
