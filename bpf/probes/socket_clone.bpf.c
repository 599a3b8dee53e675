// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Sockets that the kernel makes for a listener, and how they come to a program.
 *
 * A clone is made in softirq, where the current process is a bystander: it belongs to the owner of
 * the listener until accept() gives it to somebody. do_accept serves accept, accept4 and io_uring
 * for every family, and returns the file.
 */
#include "lib/compat.bpf.h"
#include "lib/object.bpf.h"
#include "lib/socket.bpf.h"
#include "lib/trampoline.bpf.h"

/* The clone may be in the table already (LSM, slab tracepoint), without an owner. One copy is
 * enough: connections are made with bottom halves off, so no other clone comes in between. */
static __always_inline void socket__cloned(void *ctx, u64 parent, u64 child, u64 prot)
{
	struct uf_birth birth = {.addr = child, .prot = prot, .object_class = UF_CLASS_SOCKET};
	bool known;

	if (!object__is_pointer(child) || !sample__follows(child))
		return;
	/* Whoever sent the packet is a bystander: its user stack tells nothing. */
	birth.owner.context = UF_CONTEXT_SOFTIRQ;
	known = object__owner(parent, &birth.owner.tgid);
	if (!known)
		birth.owner = context__owner(ctx);
	if (!run_state.clone_births)
		object__claim(ctx, &birth, 0, known && aim__at_some() && aim__is_meant(&birth));
	else if (known ? aim__is_meant(&birth) : aim__wants(&birth))
		object__born(ctx, &birth, false);
}

static __always_inline int socket__clone_returns(u64 *ctx)
{
	struct sock *parent = (struct sock *)trampoline__arg(ctx, 0);

	/* The clone has the protocol of its listener. */
	if (hook__active(UF_HOOK_SOCKET_CLONE))
		socket__cloned(ctx, (u64)parent, trampoline__ret(ctx, 2),
			       (u64)BPF_CORE_READ(parent, __sk_common.skc_prot));
	return 0;
}

SEC("?fexit/sk_clone_lock")
int socket_clone(u64 *ctx)
{
	return socket__clone_returns(ctx);
}

/* 7.0 renamed it and added an argument; the first argument and the result stayed. */
SEC("?fexit/sk_clone")
int socket_clone_v7(u64 *ctx)
{
	return socket__clone_returns(ctx);
}

SEC("?kretprobe/sk_clone_lock")
int socket_clone_kretprobe(struct pt_regs *ctx)
{
	struct sock *child = (struct sock *)PT_REGS_RC(ctx);

	if (hook__active(UF_HOOK_SOCKET_CLONE))
		socket__cloned(ctx, 0, (u64)child, (u64)BPF_CORE_READ(child, __sk_common.skc_prot));
	return 0;
}

/* `sk`: NULL if the call failed. */
static __always_inline void socket__accepted(void *ctx, struct sock *sk)
{
	struct uf_birth birth = {.object_class = UF_CLASS_SOCKET};
	bool wanted;

	birth.owner = context__owner(ctx);
	wanted = aim__is_owner(&birth.owner);
	if (!wanted && !aim__at_some())
		return;
	if (!sk)
		return;
	birth.addr = (u64)sk;
	/* The other end of a unix connection is made by the process that connects. */
	if (!wanted) {
		object__disown(birth.addr);
		return;
	}
	birth.prot = (u64)BPF_CORE_READ(sk, __sk_common.skc_prot);
	/* Not followed so far: its listener is older than the trace, or nobody could tell whose
	 * it was. */
	object__claim(ctx, &birth, UF_STAGE_FD_INSTALLED | UF_STAGE_ACCEPTED,
		      aim__at_some() && aim__is_meant(&birth));
}

/* The file that do_accept returns is that of a socket. */
static __always_inline struct sock *socket__of_accept(u64 file)
{
	struct inode *inode;

	if (!object__is_pointer(file))
		return NULL;
	inode = BPF_CORE_READ((struct file *)file, f_inode);
	return BPF_CORE_READ(socket__of_inode(inode), sk);
}

SEC("?fexit/do_accept")
int socket_accept(u64 *ctx)
{
	if (hook__active(UF_HOOK_SOCKET_ACCEPT))
		socket__accepted(ctx, socket__of_accept(trampoline__ret(ctx, 5)));
	return 0;
}

/* raw_syscalls:sys_exit (regs, ret): where no function can be hooked. It runs at every system call
 * of the host, so it is used for traced processes only. */
SEC("?raw_tp/sys_exit")
int socket_accept_sys_exit(struct bpf_raw_tracepoint_args *ctx)
{
	struct pt_regs *regs = (struct pt_regs *)ctx->args[0];
	struct task_struct *task;
	struct file **files, *file = NULL;
	long fd = (long)ctx->args[1];

	if (!hook__active(UF_HOOK_SOCKET_ACCEPT))
		return 0;
	if (fd < 0 || !compat__is_accept(BPF_CORE_READ(regs, UF_SYSCALL_FIELD)))
		return 0;
	task = compat__current_task();
	files = BPF_CORE_READ(task, files, fdt, fd);
	if (bpf_probe_read_kernel(&file, sizeof(file), files + fd))
		counter__inc(UF_CTR_READ_FAILED);
	else
		socket__accepted(ctx, (struct sock *)socket__sk_of_file(file));
	return 0;
}

SEC("?kretprobe/do_accept")
int socket_accept_kretprobe(struct pt_regs *ctx)
{
	if (hook__active(UF_HOOK_SOCKET_ACCEPT))
		socket__accepted(ctx, socket__of_accept(PT_REGS_RC(ctx)));
	return 0;
}
