/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Records of the ring buffer `events`. The first member of each is the header; all padding is
 * explicit and zero. */
#ifndef UF_ABI_EVENTS_H
#define UF_ABI_EVENTS_H

#include "types.h"
#include "limits.h"

enum uf_rec_type {
	UF_REC_ORIGIN = 1,
	UF_REC_STAGE = 2,
	UF_REC_FREE = 3,
	UF_REC_PROCESS = 4,
	UF_REC_CHARGED = 5,
	UF_REC_USER_STACK = 6,
	UF_REC_GIVEN_UP = 7,
};

struct uf_rec_header {
	__u16 type; /* enum uf_rec_type */
	__u16 size; /* of the whole record */
	__u32 cpu;
	__u64 ktime_ns; /* CLOCK_MONOTONIC */
};
UF_ASSERT_SIZE(struct uf_rec_header, 16);

/* Where the CPU was when the object was made. */
enum uf_context {
	UF_CONTEXT_PROCESS = 0,
	UF_CONTEXT_SOFTIRQ = 1,
	UF_CONTEXT_HARDIRQ = 2,
	UF_CONTEXT_KTHREAD = 3,
	UF_CONTEXT_IDLE = 4,
};

/* First birth with this origin. Sent again at the next birth when the ring buffer was full. */
struct uf_rec_origin {
	struct uf_rec_header header;
	__u32 origin; /* as in uf_meta.origin */
	__u32 tgid;   /* 0 in interrupt context */
	__u32 tid;
	__u8 object_class; /* enum uf_class */
	__u8 context;	   /* enum uf_context */
	__u16 kernel_frames;
	__u16 user_frames;
	__u16 unused0;
	__s32 syscall; /* number, -1: none */
	__u64 call_site;
	__u64 cache;	  /* struct kmem_cache *, 0: unknown */
	__u32 cache_size; /* bytes of an object with its padding, 0: unknown; unit as uf_meta.size
			   */
	__u32 exec;	  /* of struct uf_rec_process */
	__u64 process_start;
	__u64 cgroup_id;
	char comm[UF_COMM_LEN];
	char cache_name[UF_CACHE_NAME_LEN];
	__u64 kernel_stack[UF_KSTACK_MAX]; /* innermost first */
	__u64 user_stack[UF_USTACK_MAX];
};
UF_ASSERT_SIZE(struct uf_rec_origin, 128 + 8 * (UF_KSTACK_MAX + UF_USTACK_MAX));

/* Registers and the upper end of a user stack, of which a call stack can be made where code keeps
 * no frame pointers. For an origin, after its record; at most once, of one birth. */
struct uf_rec_user_stack {
	struct uf_rec_header header;
	__u32 origin;
	__u32 tgid;
	__u32 machine; /* which registers: e_machine of ELF (EM_X86_64, EM_AARCH64) */
	__u32 bytes;   /* read of the stack; the rest is void */
	__u64 start;   /* user address of the first byte: at or below the stack pointer */
	/* As DWARF numbers them. x86-64: rax rdx rcx rbx rsi rdi rbp rsp r8-r15 rip; arm64: x0-x30
	 * sp pc. */
	__u64 registers[UF_USER_REGISTERS];
	/* The stack follows: UF_USER_COPY_SMALL or UF_USER_COPY_LARGE bytes. */
};
UF_ASSERT_SIZE(struct uf_rec_user_stack, 40 + 8 * UF_USER_REGISTERS);

/* A promoted object reached a stage the first time. */
struct uf_rec_stage {
	struct uf_rec_header header;
	__u64 addr;
	__u64 birth_ns;
	__u32 stage; /* one bit of enum uf_stage */
	__u32 tgid;  /* of the task that caused it */
	__u64 value; /* MEM_HELD: the bytes */
};
UF_ASSERT_SIZE(struct uf_rec_stage, 48);

/* A promoted object died. */
struct uf_rec_free {
	struct uf_rec_header header;
	__u64 addr;
	__u64 birth_ns;
	__u32 origin;
	__u32 tgid; /* current at the death; in an interrupt it is a bystander */
};
UF_ASSERT_SIZE(struct uf_rec_free, 40);

/* A socket was at its end, and memory was still charged to it. It is dead or about to die, promoted
 * or not. */
struct uf_rec_charged {
	struct uf_rec_header header;
	__u64 addr;
	__u64 birth_ns;
	__u32 origin;
	__u32 tgid; /* process it was made for */
	__s32 rmem_alloc;
	__s32 wmem_queued;
	__s32 forward_alloc;
	__u32 unused;
};
UF_ASSERT_SIZE(struct uf_rec_charged, 56);

/* Who gave an object of this origin to RCU (kfree_rcu): of the first, and of a few later ones. */
struct uf_rec_given_up {
	struct uf_rec_header header;
	__u32 origin;
	__u32 tgid;   /* current; 0 in interrupt context */
	__u8 context; /* enum uf_context */
	__u8 unused0;
	__u16 kernel_frames;
	__u32 unused1;
	char comm[UF_COMM_LEN];
	__u64 kernel_stack[UF_KSTACK_MAX]; /* innermost first */
};
UF_ASSERT_SIZE(struct uf_rec_given_up, 48 + 8 * UF_KSTACK_MAX);

enum uf_process_event {
	UF_PROCESS_FORK = 1, /* a traced process made a child */
	UF_PROCESS_EXEC = 2, /* any process, traced or not */
	UF_PROCESS_EXIT = 3, /* last thread begins to exit; its files are still open */
};

struct uf_rec_process {
	struct uf_rec_header header;
	__u32 event; /* enum uf_process_event */
	__u32 tgid;
	__u32 parent_tgid;
	__u32 exit_code;  /* as wait() gives it */
	__u32 held_files; /* exit: open files seen */
	/* (tgid, process_start) is a process, with exec it is a program. Which of its programs: the
	 * kernel counts them, from what the parent had (task->self_exec_id). After an exec it is
	 * the new one. */
	__u32 exec;
	__u64 process_start; /* CLOCK_BOOTTIME; 0: unknown */
	char comm[UF_COMM_LEN];
};
UF_ASSERT_SIZE(struct uf_rec_process, 64);

#endif
