// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Reads objects for a report: are they alive, and what are they? Nothing calls this but user space
 * (BPF_PROG_TEST_RUN of a raw tracepoint program, 5.10 and later). The objects may be freed and
 * used again at any time: every read may fail, and what was read counts only if the object's slot
 * is unchanged afterwards.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "abi/inspect.h"
#include "abi/table.h"
#include "inspect/dentry.bpf.h"
#include "inspect/socket.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, UF_INSPECT_BATCH);
	__type(key, u32);
	__type(value, struct uf_inspect);
} inspections SEC(".maps");

__u32 wanted = 0; /* entries that hold a question */

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
