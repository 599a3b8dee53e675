// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The usual design of a leak tracer, written anew to compare with: a hash map of live allocations
 * by address, and the id of the kernel stack of each, taken at every allocation.
 */
#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define LIVE_MAX   (1024 * 1024)
#define STACKS_MAX 16384
#define FRAMES	   127

struct allocation {
	u64 size;
	u64 birth_ns;
	u32 tgid;
	s32 stack;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, LIVE_MAX);
	__type(key, u64);
	__type(value, struct allocation);
} live SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, STACKS_MAX);
	__uint(key_size, sizeof(u32));
	__uint(value_size, FRAMES * sizeof(u64));
} stacks SEC(".maps");

static __always_inline int born(void *ctx, u64 addr, u64 size)
{
	struct allocation allocation = {
		.size = size,
		.birth_ns = bpf_ktime_get_ns(),
		.tgid = bpf_get_current_pid_tgid() >> 32,
		.stack = bpf_get_stackid(ctx, &stacks, 0),
	};

	if (addr)
		bpf_map_update_elem(&live, &addr, &allocation, BPF_ANY);
	return 0;
}

static __always_inline int died(u64 addr)
{
	bpf_map_delete_elem(&live, &addr);
	return 0;
}

/* (call_site, ptr, s, gfp_flags, node) since 6.1; the cache knows the size. */
SEC("raw_tp/kmem_cache_alloc") int alloc_cache(struct bpf_raw_tracepoint_args *ctx)
{
	return born(ctx, ctx->args[1], 0);
}

/* (call_site, ptr, bytes_req, bytes_alloc, gfp_flags, node) */
SEC("raw_tp/kmalloc") int alloc_kmalloc(struct bpf_raw_tracepoint_args *ctx)
{
	return born(ctx, ctx->args[1], ctx->args[3]);
}

SEC("raw_tp/kmem_cache_free") int free_cache(struct bpf_raw_tracepoint_args *ctx)
{
	return died(ctx->args[1]);
}

SEC("raw_tp/kfree") int free_kfree(struct bpf_raw_tracepoint_args *ctx)
{
	return died(ctx->args[1]);
}
