/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sizes that both sides must agree on, each with its reason. */
#ifndef UF_ABI_LIMITS_H
#define UF_ABI_LIMITS_H

/* Ways of a set of the object table: one cache line holds the overflow count and seven addresses.
 */
#define UF_WAYS 7
/* Sets that an object may go to whose first set is full. Before so many are full at once, a table
 * of 131 072 sets is 73 % full (1: 30 %, 4: 50 %). */
#define UF_OTHER_SETS 7
/* Ways of a set of the origin table: four 64-byte entries. */
#define UF_ORIGIN_WAYS 4
/* Frames kept of a kernel stack. The deepest birth seen in a VM (NFS over ext4 over loop) had 44.
 */
#define UF_KSTACK_MAX 64
/* Frames kept of a user stack. */
#define UF_USTACK_MAX 48
/* Words at the top of a user stack that tell call paths apart where no frame pointers are kept: 1
 * KiB, some five to ten calls. */
#define UF_USER_WORDS 128
/* The same where they are kept. */
#define UF_USER_WORDS_BESIDE_FRAMES 16
/* Registers of a user stack's copy: arm64 has most, x0 to x30, sp and pc. */
#define UF_USER_REGISTERS 33
/* Bytes copied of a user stack, in pieces that cross no page, from the piece that the stack pointer
 * is in. Call paths of the programs seen (nginx, Python, git, certutil) take 1 to 12 KiB; the main
 * thread's stack is known to end at mm->start_stack, so that short ones need not take the large
 * record. */
#define UF_USER_COPY_PIECE 2048
#define UF_USER_COPY_SMALL 4096
#define UF_USER_COPY_LARGE 16384
/* Copies a second of origins that nobody asked for, in a host-wide trace: processes that live for
 * less than a second are named so, too. */
#define UF_USER_COPIES_PER_S 128
/* Stacks that a CPU walks for keys whose objects survive: one in so long, and so many at once when
 * it has walked none for a while. A walk with a user stack was seen to cost up to eight
 * microseconds, so this is two percent of a CPU at the most. User space flags keys by their births
 * in the second before (track/stack_policy.h), which may be a thousandth of those in the next. */
#define UF_WALK_EVERY_NS 400000
#define UF_WALKS_AT_ONCE 1000
/* Of an origin's objects that are given to RCU, after the first: one in 2 to this power is told. */
#define UF_GIVEN_UP_SHIFT 10
/* TASK_COMM_LEN of the kernel. */
#define UF_COMM_LEN 16
/* Names of slab caches are shorter than this in every kernel seen; longer ones are cut. */
#define UF_CACHE_NAME_LEN 32
/* Slab caches that a CPU counts unknown deaths of, a power of two. Hosts have 150 to 250 caches,
 * most of which are idle. An element of a per-CPU map may have 32 KiB. */
#define UF_CACHES 128
/* Pairs of a cache and who freed of it, a power of two: a busy host has some 100. */
#define UF_OLDER 256
/* KMALLOC_MAX_CACHE_SIZE with 4 KiB pages: larger ones are pages, in no cache. */
#define UF_KMALLOC_MAX 8192
/* Independent copies of a program, so that one that is interrupted by its own hook loses nothing.
 * Two: an event is lost only when a hardirq hits the spare copy of a softirq that hit copy 0 of a
 * task, which is counted (docs/accuracy.md). Three lose nothing. */
#define UF_COPIES	 2
#define UF_COPIES_LEGACY 3 /* as many as the object for kernels before 6.1 has */
/* The same where tasks preempt one another inside of programs (tracepoints from 7.0 on): each
 * preempted task may block one copy of its CPU, so there is no number that is always enough. */
#define UF_COPIES_PREEMPTIBLE 8
/* Events of one hook that can be under way on a CPU: task, softirq, hardirq, and one in a program
 * of somebody else that allocates. */
#define UF_MARKS 4
/* Buffers for stack walks a CPU: births nest (interrupts) and may be preempted. */
#define UF_SCRATCH_PER_CPU 4
/* Call-site ranges that decide the class of a slab birth (user/bpf/site_table.h): four on 6.18.
 * Those beyond are counted in sites_not_known. */
#define UF_SITE_MAX 16
/* Ends of processes, queued works and works under way that are remembered, each a power of two: by
 * the hash of what is asked for, so that a later one takes an earlier one's place. */
#define UF_ENDS	       4096
#define UF_WORKS       4096
#define UF_WORKS_BEGUN 1024
/* The most that --site, --comm and --cgroup can name, each; and --cache, with other names of merged
 * caches. */
#define UF_AIM_MAX    16
#define UF_AIM_CACHES 128
/* Depth of a cgroup to which --cgroup looks for the one it names. */
#define UF_AIM_CGROUP_DEPTH 16
/* Process flags are kept a byte a PID in pages of this size; pids go up to PID_MAX_LIMIT (4 Mi). */
#define UF_PROC_PAGE  4096
#define UF_PROC_PAGES 1024

#endif
