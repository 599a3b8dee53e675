// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Reads objects for a report: are they alive, and what are they? Nothing calls this but user space
 * (BPF_PROG_TEST_RUN of a raw tracepoint program, 5.10 and later). The objects may be freed and
 * used again at any time: every read may fail, and what was read counts only if the object's slot
 * is unchanged afterwards.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "abi/inspect.h"
#include "abi/table.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, UF_INSPECT_BATCH);
	__type(key, u32);
	__type(value, struct uf_inspect);
} inspections SEC(".maps");

__u32 wanted = 0; /* entries that hold a question */

#define UF_AF_INET  2
#define UF_AF_INET6 10
#define UF_AF_UNIX  1

/* enum sock_flags: the first one in every kernel. */
#define UF_SOCK_DEAD 0

static __always_inline bool is_kernel_address(u64 value)
{
	return value >> 63;
}

static __always_inline void inspect_socket_base(struct sock *sk, struct uf_inspect_socket *to)
{
	to->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	to->state = BPF_CORE_READ(sk, __sk_common.skc_state);
	to->type = BPF_CORE_READ(sk, sk_type);
	to->protocol = BPF_CORE_READ(sk, sk_protocol);
	to->netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
	to->inode = BPF_CORE_READ(sk, sk_socket, file, f_inode, i_ino);
	to->rmem_alloc = BPF_CORE_READ(sk, sk_backlog.rmem_alloc.counter);
	to->rcvbuf = BPF_CORE_READ(sk, sk_rcvbuf);
	/* A sock holds one reference on its own count of bytes to send (sock_init_data). */
	to->wmem_alloc = BPF_CORE_READ(sk, sk_wmem_alloc.refs.counter) - 1;
	to->sndbuf = BPF_CORE_READ(sk, sk_sndbuf);
	to->forward_alloc = BPF_CORE_READ(sk, sk_forward_alloc);
	to->wmem_queued = BPF_CORE_READ(sk, sk_wmem_queued);
	to->omem_alloc = BPF_CORE_READ(sk, sk_omem_alloc.counter);
	to->backlog = BPF_CORE_READ(sk, sk_backlog.len);
	to->drops = BPF_CORE_READ(sk, sk_drops.counter);
}

static __always_inline void inspect_addresses(struct sock *sk, struct uf_inspect_socket *to)
{
	u32 v4;

	to->local_port = BPF_CORE_READ(sk, __sk_common.skc_num);
	to->remote_port = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
	if (to->family == UF_AF_INET) {
		v4 = BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr);
		__builtin_memcpy(to->local, &v4, sizeof(v4));
		v4 = BPF_CORE_READ(sk, __sk_common.skc_daddr);
		__builtin_memcpy(to->remote, &v4, sizeof(v4));
	} else {
		BPF_CORE_READ_INTO(&to->local, sk, __sk_common.skc_v6_rcv_saddr);
		BPF_CORE_READ_INTO(&to->remote, sk, __sk_common.skc_v6_daddr);
	}
}

static __always_inline void inspect_unix(struct sock *sk, struct uf_inspect_socket *to)
{
	struct unix_sock *unix_sk = (struct unix_sock *)sk;
	struct unix_address *address = BPF_CORE_READ(unix_sk, addr);
	int bytes;

	if (!address)
		return;
	bytes = BPF_CORE_READ(address, len) - (int)sizeof(u16);
	if (bytes <= 0 || bytes > UF_UNIX_PATH)
		return;
	if (!bpf_probe_read_kernel(to->unix_path, UF_UNIX_PATH,
				   (void *)address->name + sizeof(u16)))
		to->unix_path_bytes = bytes;
}

static __always_inline void inspect_socket(struct uf_inspect *entry)
{
	struct sock *sk = (struct sock *)entry->addr;
	struct proto *creator = NULL;
	u64 cache = 0;
	u32 wmem = 0;

	if (bpf_core_read(&entry->refcount, sizeof(entry->refcount),
			  &sk->__sk_common.skc_refcnt.refs.counter) ||
	    bpf_core_read(&wmem, sizeof(wmem), &sk->sk_wmem_alloc.refs.counter) ||
	    bpf_core_read(&creator, sizeof(creator), &sk->sk_prot_creator))
		return;
	/* Without references a sock lives on while packets that it sent are on their way
	 * (sk_free). */
	entry->verdict = entry->refcount > 0 || wmem > 0 ? UF_INSPECT_ALIVE : UF_INSPECT_DEAD;
	/* Its memory may belong to something else by now. */
	if (bpf_core_read(&cache, sizeof(cache), &creator->slab) ||
	    (entry->cache && cache != entry->cache))
		entry->verdict = UF_INSPECT_DEAD;
	if (entry->verdict != UF_INSPECT_ALIVE)
		return;
	if (BPF_CORE_READ(sk, __sk_common.skc_flags) & (1 << UF_SOCK_DEAD))
		entry->facts |= UF_FACT_ORPHAN;
	if (!BPF_CORE_READ(sk, sk_socket, file))
		entry->facts |= UF_FACT_NO_FILE;
	if (!entry->details)
		return;
	inspect_socket_base(sk, &entry->socket);
	if (entry->socket.family == UF_AF_INET || entry->socket.family == UF_AF_INET6)
		inspect_addresses(sk, &entry->socket);
	else if (entry->socket.family == UF_AF_UNIX)
		inspect_unix(sk, &entry->socket);
}

static __always_inline void inspect_path(struct dentry *dentry, struct uf_inspect_dentry *to)
{
	for (u32 i = 0; i < UF_PATH_NAMES; i++) {
		struct dentry *parent = BPF_CORE_READ(dentry, d_parent);

		if (parent == dentry) /* the root of the file system */
			return;
		bpf_probe_read_kernel_str(to->path[i], UF_PATH_NAME,
					  BPF_CORE_READ(dentry, d_name.name));
		to->names = i + 1;
		dentry = parent;
	}
	to->truncated = BPF_CORE_READ(dentry, d_parent) != dentry;
}

static __always_inline void inspect_dentry(struct uf_inspect *entry)
{
	struct dentry *dentry = (struct dentry *)entry->addr;
	struct super_block *sb = NULL, *parent_sb = NULL;
	struct dentry *parent = NULL;

	if (bpf_core_read(&entry->refcount, sizeof(entry->refcount), &dentry->d_lockref.count) ||
	    bpf_core_read(&sb, sizeof(sb), &dentry->d_sb) ||
	    bpf_core_read(&parent, sizeof(parent), &dentry->d_parent))
		return;
	bpf_core_read(&parent_sb, sizeof(parent_sb), &parent->d_sb);
	/* lockref_mark_dead: -128. The others: its memory belongs to something else by now. */
	entry->verdict = entry->refcount < 0 || !is_kernel_address((u64)sb) || parent_sb != sb
				 ? UF_INSPECT_DEAD
				 : UF_INSPECT_ALIVE;
	if (entry->verdict != UF_INSPECT_ALIVE)
		return;
	if (!BPF_CORE_READ(dentry, d_inode))
		entry->facts |= UF_FACT_NEGATIVE;
	if (!entry->details)
		return;
	entry->dentry.flags = BPF_CORE_READ(dentry, d_flags);
	entry->dentry.inode = BPF_CORE_READ(dentry, d_inode, i_ino);
	entry->dentry.device = BPF_CORE_READ(sb, s_dev);
	bpf_probe_read_kernel_str(entry->dentry.file_system, sizeof(entry->dentry.file_system),
				  BPF_CORE_READ(sb, s_type, name));
	inspect_path(dentry, &entry->dentry);
}

/* Global, so that the verifier reads it once and not for each turn of the loop; bpf_loop would be
 * 5.17. */
__noinline int inspect_one(u32 i)
{
	struct uf_inspect *entry = bpf_map_lookup_elem(&inspections, &i);

	if (!entry)
		return 1;
	entry->verdict = UF_INSPECT_UNREADABLE;
	entry->refcount = 0;
	entry->facts = 0;
	if (entry->object_class == UF_CLASS_SOCKET)
		inspect_socket(entry);
	else if (entry->object_class == UF_CLASS_DENTRY)
		inspect_dentry(entry);
	return 0;
}

SEC("raw_tp")
int inspect(void *ctx)
{
	for (u32 i = 0; i < UF_INSPECT_BATCH; i++) {
		if (i >= wanted)
			break;
		inspect_one(i);
	}
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
