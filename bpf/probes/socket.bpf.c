// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Births and deaths of struct sock, from the functions of the socket layer. Not used when the slab
 * tracepoints give them (cfg.kmem_births): there the allocating function tells sockets.
 *
 * Birth: sk_alloc (a program or the kernel makes one) and sk_clone_lock, sk_clone (7.0 and later):
 * a listener gets a connection, in softirq. Death: __sk_destruct, the only way to the allocator;
 * sk_free is called for every transmitted packet and is no death.
 * With BPF LSM, sk_alloc_security and sk_free_security are the same two moments, and LSM programs
 * have no recursion guard (bpf_prog_check_recur), so that one copy is exact even under preemption.
 */
#include "lib/object.bpf.h"
#include "lib/socket.bpf.h"
#include "lib/trampoline.bpf.h"

static __always_inline void socket__born(void *ctx, u64 sk, bool again)
{
	struct uf_birth birth = {.addr = sk, .object_class = UF_CLASS_SOCKET};

	if (!object__is_pointer(sk) || !sample__follows(sk))
		return;
	birth.owner = context__owner(ctx);
	birth.prot = (u64)BPF_CORE_READ((struct sock *)sk, __sk_common.skc_prot);
	if (aim__wants(&birth))
		object__born(ctx, &birth, again);
}

static __always_inline void socket__died(void *ctx, u64 sk)
{
	if (sample__follows(sk))
		object__died(ctx, sk);
}

static __always_inline int socket_alloc(u64 *ctx, bool again)
{
	if (hook__active(UF_HOOK_SOCKET_ALLOC))
		socket__born(ctx, trampoline__ret(ctx, 5), again);
	return 0;
}
UF_TRAMPOLINE_COPIES("fexit/sk_alloc", UF_HOOK_SOCKET_ALLOC, socket_alloc)

SEC("?kretprobe/sk_alloc")
int socket_alloc_kretprobe(struct pt_regs *ctx)
{
	if (hook__active(UF_HOOK_SOCKET_ALLOC))
		socket__born(ctx, PT_REGS_RC(ctx), false);
	return 0;
}

static __always_inline u64 socket__of_rcu_head(u64 head)
{
	return head - bpf_core_field_offset(struct sock, sk_rcu);
}

static __always_inline int socket_free(u64 *ctx, bool again)
{
	if (hook__active(UF_HOOK_SOCKET_FREE))
		socket__died(ctx, socket__of_rcu_head(trampoline__arg(ctx, 0)));
	return 0;
}
UF_TRAMPOLINE_COPIES("fentry/__sk_destruct", UF_HOOK_SOCKET_FREE, socket_free)

SEC("?kprobe/__sk_destruct")
int socket_free_kprobe(struct pt_regs *ctx)
{
	if (hook__active(UF_HOOK_SOCKET_FREE))
		socket__died(ctx, socket__of_rcu_head(PT_REGS_PARM1(ctx)));
	return 0;
}

/* Called for clones too, and before any field of the sock is set, so that its protocol is not known
 * yet: where socket_describe follows, the origin is left to it. */
SEC("?lsm/sk_alloc_security")
int socket_alloc_lsm(u64 *ctx)
{
	struct uf_birth birth = {.object_class = UF_CLASS_SOCKET};

	if (!hook__active(UF_HOOK_SOCKET_ALLOC))
		return 0;
	birth.addr = trampoline__arg(ctx, 0);
	if (!sample__follows(birth.addr))
		return 0;
	birth.owner = context__owner(ctx);
	birth.describe_later = run_state.describe_births;
	if (aim__wants(&birth))
		object__born(ctx, &birth, false);
	return 0;
}

SEC("?fexit/sk_alloc")
int socket_describe(u64 *ctx)
{
	struct uf_birth birth = {.object_class = UF_CLASS_SOCKET};

	if (!hook__active(UF_HOOK_SOCKET_DESCRIBE))
		return 0;
	birth.addr = trampoline__ret(ctx, 5);
	if (!birth.addr || !sample__follows(birth.addr))
		return 0;
	birth.owner = context__owner(ctx);
	/* sk_alloc(net, family, priority, prot, kern) */
	birth.prot = trampoline__arg(ctx, 3);
	object__claim(ctx, &birth, 0, false);
	return 0;
}

/* The destructor of the protocol has run (__sk_destruct). That of inet sockets leaves nothing
 * charged to them. */
SEC("?lsm/sk_free_security")
int socket_free_lsm(u64 *ctx)
{
	/* A typed pointer, whose members are read without a helper; and its number. */
	const struct sock *sk = (const struct sock *)ctx[0];
	u64 addr = trampoline__arg(ctx, 0);
	u16 family = sk->__sk_common.skc_family;

	if (!hook__active(UF_HOOK_SOCKET_FREE))
		return 0;
	if (family == UF_AF_INET || family == UF_AF_INET6) {
		const struct uf_charges charges = {
			.rmem_alloc = sk->sk_backlog.rmem_alloc.counter,
			.wmem_queued = sk->sk_wmem_queued,
			.forward_alloc = sk->sk_forward_alloc,
		};

		object__charged_any(addr, &charges);
	}
	socket__died(ctx, addr);
	return 0;
}
