// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The steps of a socket's end: the last file reference goes (sock_close), tcp_close, the protocol
 * is done with it (tcp_destroy_sock), its queues are killed. A socket that stays alive misses one.
 * Its TCP state is no step, nor is that it gets a file: the report reads both of what is left, and
 * a connection changes the one six times and gets two of the other.
 */
#include "lib/compat.bpf.h"
#include "lib/object.bpf.h"
#include "lib/socket.bpf.h"
#include "lib/trampoline.bpf.h"

/* sock_close(inode, file) is called through socket_file_ops only, so it cannot be inlined. */
static __always_inline void socket__closed(u64 inode)
{
	u64 sk = (u64)BPF_CORE_READ(socket__of_inode((struct inode *)inode), sk);

	if (sk)
		object__reached(sk, UF_STAGE_RELEASED, 0);
}

SEC("?fentry/sock_close")
int socket_close(u64 *ctx)
{
	if (hook__active(UF_HOOK_SOCKET_CLOSE))
		socket__closed(trampoline__arg(ctx, 0));
	return 0;
}

SEC("?kprobe/sock_close")
int socket_close_kprobe(struct pt_regs *ctx)
{
	if (hook__active(UF_HOOK_SOCKET_CLOSE))
		socket__closed(PT_REGS_PARM1(ctx));
	return 0;
}

/* raw_syscalls:sys_enter (regs, id): where no function can be hooked. close() of the last
 * reference; what dup2, close_range or io_uring close is not noticed. For traced processes only,
 * like sys_exit. */
SEC("?raw_tp/sys_enter")
int socket_close_sys_enter(struct bpf_raw_tracepoint_args *ctx)
{
	struct pt_regs *regs = (struct pt_regs *)ctx->args[0];
	struct task_struct *task;
	struct file **files, *file = NULL;
	struct fdtable *table;
	u64 sk;
	u32 fd;

	if (!hook__active(UF_HOOK_SOCKET_CLOSE) || ctx->args[1] != UF_NR_CLOSE)
		return 0;
	task = compat__current_task();
	if (!(proc__flags(UF_TASK(task, tgid)) & UF_PROC_TARGET))
		return 0;
	fd = BPF_CORE_READ(regs, UF_SYSCALL_ARG0);
	table = BPF_CORE_READ(task, files, fdt);
	files = BPF_CORE_READ(table, fd);
	if (fd >= BPF_CORE_READ(table, max_fds) ||
	    bpf_probe_read_kernel(&file, sizeof(file), files + fd) || !file)
		return 0;
	sk = socket__sk_of_file(file);
	if (sk && compat__is_last_file_ref(file))
		object__reached(sk, UF_STAGE_RELEASED, 0);
	return 0;
}

/* tcp_close(sk, timeout) is called through proto->close. */
SEC("?fentry/tcp_close")
int socket_tcp_close(u64 *ctx)
{
	if (hook__active(UF_HOOK_SOCKET_TCP_CLOSE))
		object__reached(trampoline__arg(ctx, 0), UF_STAGE_TCP_CLOSE, 0);
	return 0;
}

SEC("?kprobe/tcp_close")
int socket_tcp_close_kprobe(struct pt_regs *ctx)
{
	if (hook__active(UF_HOOK_SOCKET_TCP_CLOSE))
		object__reached(PT_REGS_PARM1(ctx), UF_STAGE_TCP_CLOSE, 0);
	return 0;
}

/* What it is called for (inet_csk_destroy_sock) has called the protocol's destroy just before, so
 * that tcp_destroy_sock needs no program of its own where this one runs. */
#define UF_STAGES_AT_KILL_QUEUES (UF_STAGE_DESTROYED | UF_STAGE_QUEUES_KILLED)

/* At its end nothing may be charged to the socket any more but what it has received. With IPv6 that
 * may be charged to forward_alloc (ipv6_pinfo.pktoptions). */
SEC("?fexit/sk_stream_kill_queues")
int socket_kill_queues(u64 *ctx)
{
	/* A typed pointer, whose members are read without a helper; and its number. */
	const struct sock *sk = (const struct sock *)ctx[0];
	struct uf_charges charges = {};
	u64 addr = trampoline__arg(ctx, 0);

	if (!hook__active(UF_HOOK_SOCKET_KILL_QUEUES))
		return 0;
	if (!object__reached(addr, UF_STAGES_AT_KILL_QUEUES, 0))
		return 0;
	charges.wmem_queued = sk->sk_wmem_queued;
	if (sk->__sk_common.skc_family == UF_AF_INET)
		charges.forward_alloc = sk->sk_forward_alloc;
	if (charges.wmem_queued || charges.forward_alloc)
		object__charged(addr, &charges);
	return 0;
}

SEC("?kprobe/sk_stream_kill_queues")
int socket_kill_queues_kprobe(struct pt_regs *ctx)
{
	if (hook__active(UF_HOOK_SOCKET_KILL_QUEUES))
		object__reached(PT_REGS_PARM1(ctx), UF_STAGES_AT_KILL_QUEUES, 0);
	return 0;
}

/*
 * The protocol has taken the last of its queues down; the memory of the sock is freed next. Where
 * __sk_destruct is the death, the socket is not followed any more, and only what
 * sk_stream_kill_queues shows is noticed. Where an LSM program is, it looks itself (socket.bpf.c).
 */
SEC("?fexit/inet_sock_destruct")
int socket_destruct(u64 *ctx)
{
	const struct sock *sk = (const struct sock *)ctx[0];
	const struct uf_charges charges = {
		.rmem_alloc = sk->sk_backlog.rmem_alloc.counter,
		.wmem_queued = sk->sk_wmem_queued,
		.forward_alloc = sk->sk_forward_alloc,
	};

	if (hook__active(UF_HOOK_SOCKET_DESTRUCT))
		object__charged_any(trampoline__arg(ctx, 0), &charges);
	return 0;
}

/* Its caller has called inet_sock_destruct. */
SEC("?kprobe/security_sk_free")
int socket_destruct_kprobe(struct pt_regs *ctx)
{
	const struct sock *sk = (const struct sock *)PT_REGS_PARM1(ctx);
	const struct uf_charges charges = {
		.rmem_alloc = BPF_CORE_READ(sk, sk_backlog.rmem_alloc.counter),
		.wmem_queued = BPF_CORE_READ(sk, sk_wmem_queued),
		.forward_alloc = BPF_CORE_READ(sk, sk_forward_alloc),
	};

	if (hook__active(UF_HOOK_SOCKET_DESTRUCT))
		object__charged_any((u64)sk, &charges);
	return 0;
}

/* tcp:tcp_destroy_sock (sk) */
SEC("?raw_tp/tcp_destroy_sock")
int socket_destroy(struct bpf_raw_tracepoint_args *ctx)
{
	if (hook__active(UF_HOOK_SOCKET_DESTROY))
		object__reached(ctx->args[0], UF_STAGE_DESTROYED, 0);
	return 0;
}
