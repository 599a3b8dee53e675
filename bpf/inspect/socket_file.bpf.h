/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who has the file of a socket: references, and messages that carry it (SCM_RIGHTS). */
#ifndef UF_INSPECT_SOCKET_FILE_BPF_H
#define UF_INSPECT_SOCKET_FILE_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "abi/inspect.h"
#include "lib/compat.bpf.h"

/* Until 6.9 a unix socket counts the messages that its file is in, as an atomic until 6.7. */
struct unix_sock___atomic {
	atomic_long_t inflight;
} __attribute__((preserve_access_index));
struct unix_sock___plain {
	long unsigned int inflight;
} __attribute__((preserve_access_index));

/* From 6.10 on (and in later stable kernels) a graph of sockets does. */
static __always_inline u64 unix_in_flight(struct sock *sk)
{
	u64 count = 0;

	if (bpf_core_field_exists(struct unix_sock, vertex))
		return BPF_CORE_READ((struct unix_sock *)sk, vertex, out_degree);
	if (bpf_core_field_exists(struct unix_sock___plain, inflight))
		bpf_core_read(&count, sizeof(count), &((struct unix_sock___plain *)sk)->inflight);
	else if (bpf_core_field_exists(struct unix_sock___atomic, inflight))
		bpf_core_read(&count, sizeof(count), &((struct unix_sock___atomic *)sk)->inflight);
	return count;
}

static __always_inline void inspect_file(struct sock *sk, struct uf_inspect_socket *to)
{
	struct file *file = BPF_CORE_READ(sk, sk_socket, file);

	if (file && compat__file_refs(file, &to->file_refs))
		to->flags |= UF_SOCKET_FILE_REFS;
}

#endif
