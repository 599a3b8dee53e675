// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * One tiny program of each kind the tool would like to use, loaded one at a time before anything
 * else: what a kernel lists as possible is not always what it permits, and a BPF LSM program that
 * attaches is not called unless "bpf" is in the list of active LSMs (Debian 5.10).
 * Each sits where socket() passes, and notes that it was called.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

bool called = false;

SEC("?raw_tp/kmem_cache_alloc")
int try_raw_tp(void *ctx)
{
	called = true;
	return 0;
}

SEC("?fentry/sock_alloc_file")
int try_fentry(void *ctx)
{
	called = true;
	return 0;
}

SEC("?fexit/sock_alloc_file")
int try_fexit(void *ctx)
{
	called = true;
	return 0;
}

SEC("?lsm/sk_alloc_security")
int try_lsm(void *ctx)
{
	called = true;
	return 0;
}

SEC("?kprobe/sock_alloc_file")
int try_kprobe(void *ctx)
{
	called = true;
	return 0;
}

SEC("?kretprobe/sock_alloc_file")
int try_kretprobe(void *ctx)
{
	called = true;
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
