/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where an object comes from. A cheap key stands for the call path; in always-walk mode, and for
 * keys that user space flagged, the walked stack itself is part of the key, which makes it exact.
 */
#ifndef UF_LIB_ORIGIN_H
#define UF_LIB_ORIGIN_H

#include "lib/context.bpf.h"
#include "lib/ring.bpf.h"

struct uf_birth {
	u64 addr;
	u64 call_site; /* 0: unknown */
	u64 cache;     /* struct kmem_cache *, 0: unknown */
	u32 size;      /* bytes, 0: see the cache */
	u32 object_class;
	struct uf_owner owner;
	u32 describe_later; /* another program tells the origin */
};

static __always_inline u64 hash__mix(u64 hash, u64 value)
{
	hash = (hash ^ value) * 0x9E3779B97F4A7C15ULL;
	return hash ^ (hash >> 29);
}

static __always_inline struct uf_origin *origin__by_id(u32 id)
{
	u32 index = (id - 1) / UF_ORIGIN_WAYS;
	struct uf_origin_set *set;

	if (!id)
		return NULL;
	set = bpf_map_lookup_elem(&origins, &index);
	return set ? &set->way[(id - 1) % UF_ORIGIN_WAYS] : NULL;
}

/* Index + 1 of the entry with this key; claims an empty one if there is none. 0: no room. A global
 * function, so that the verifier reads it once and not at every call (origin.bpf.c). */
u32 origin__enter(u64 key, u32 tgid);

static __always_inline struct uf_scratch *scratch__get(void)
{
	u32 first = bpf_get_smp_processor_id() * UF_SCRATCH_PER_CPU;

#pragma unroll
	for (u32 i = 0; i < UF_SCRATCH_PER_CPU; i++) {
		u32 index = first + i;
		struct uf_scratch *buffer = bpf_map_lookup_elem(&scratch, &index);

		if (buffer && !__sync_val_compare_and_swap(&buffer->busy, 0, 1))
			return buffer;
	}
	return NULL;
}

static __always_inline void scratch__put(struct uf_scratch *buffer)
{
	__sync_lock_test_and_set(&buffer->busy, 0);
}

static __always_inline u32 origin__is_user_task(const struct uf_birth *birth)
{
	struct task_struct *task = bpf_get_current_task_btf();

	return birth->owner.tgid && birth->owner.context == UF_CONTEXT_PROCESS &&
	       !(task->flags & UF_PF_KTHREAD);
}

static __always_inline u64 origin__cheap_key(const struct uf_birth *birth)
{
	u64 key = hash__mix(birth->call_site, birth->cache ? birth->cache : birth->size);

	key = hash__mix(key, ((u64)birth->owner.tgid << 8) | birth->object_class);
	if (origin__is_user_task(birth)) {
		struct task_struct *task = bpf_get_current_task_btf();
		struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);

		key = hash__mix(key, compat__user_ip(regs));
		key = hash__mix(key,
				compat__user_sp(regs) ^ ((u64)(u32)compat__syscall(regs) << 48));
	} else {
		key = hash__mix(key, birth->owner.context);
	}
	return key ? key : 1;
}

static __always_inline void origin__describe_cache(struct uf_rec_origin *record, u64 cache)
{
	struct kmem_cache *s = (struct kmem_cache *)cache;
	const char *name = NULL;

	record->cache_size = BPF_CORE_READ(s, size);
	if (bpf_core_read(&name, sizeof(name), &s->name) ||
	    bpf_probe_read_kernel_str(record->cache_name, sizeof(record->cache_name), name) < 0)
		counter__inc(UF_CTR_READ_FAILED);
}

static __noinline __attribute__((unused)) int origin__send(void *ctx, const struct uf_birth *birth,
							   u32 id, struct uf_scratch *buffer,
							   u32 kernel_frames)
{
	struct uf_rec_origin *record;
	u64 pid_tgid = bpf_get_current_pid_tgid();
	u32 user_frames = 0;

	record = ring__reserve(sizeof(*record), UF_REC_ORIGIN, UF_CTR_RING_DROP_ORIGIN);
	if (!record)
		return 0;
	__builtin_memset((void *)record + sizeof(record->header), 0,
			 offsetof(struct uf_rec_origin, kernel_stack) - sizeof(record->header));
	record->origin = id;
	record->tgid = birth->owner.tgid;
	record->tid = birth->owner.tgid ? (u32)pid_tgid : 0;
	record->object_class = birth->object_class;
	record->context = birth->owner.context;
	record->kernel_frames = kernel_frames;
	record->syscall = -1;
	record->call_site = birth->call_site;
	record->cache = birth->cache;
	record->cache_size = birth->size;
	if (birth->cache)
		origin__describe_cache(record, birth->cache);
	if (buffer)
		bpf_probe_read_kernel(record->kernel_stack, sizeof(record->kernel_stack),
				      buffer->kernel_stack);
	else
		__builtin_memset(record->kernel_stack, 0, sizeof(record->kernel_stack));
	if (origin__is_user_task(birth)) {
		struct task_struct *task = bpf_get_current_task_btf();
		struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);
		long bytes = bpf_get_stack(ctx, record->user_stack, sizeof(record->user_stack),
					   BPF_F_USER_STACK);

		record->syscall = compat__syscall(regs);
		record->cgroup_id = bpf_get_current_cgroup_id();
		bpf_get_current_comm(record->comm, sizeof(record->comm));
		if (bytes > 0)
			user_frames = bytes / 8;
		else
			counter__inc(UF_CTR_USTACK_FAILED);
	} else if (birth->owner.tgid && birth->owner.context == UF_CONTEXT_PROCESS) {
		record->context = UF_CONTEXT_KTHREAD;
		bpf_get_current_comm(record->comm, sizeof(record->comm));
	}
	if (!user_frames)
		__builtin_memset(record->user_stack, 0, sizeof(record->user_stack));
	record->user_frames = user_frames;
	/* A traced process may end soon: what it has mapped, which names its user stack, is read
	 * while it lives. */
	if (cfg.only_targets)
		ring__submit_now(record);
	else
		ring__submit(record);
	return 1;
}

/* In steps of eight frames: each way out of the loop is a path that the verifier follows to the end
 * of the program. bpf_get_stack fills the rest of the buffer with zeros. */
static __always_inline u64 origin__mix_stack(u64 key, const struct uf_scratch *buffer, u32 frames)
{
	for (u32 i = 0; i < UF_KSTACK_MAX; i += 8) {
		if (i >= frames)
			break;
#pragma unroll
		for (u32 j = 0; j < 8; j++)
			key = hash__mix(key, buffer->kernel_stack[i + j]);
	}
	return key ? key : 1;
}

/* The origin of a birth: index + 1, 0 when the table has no room. ctx is the program's. */
static __noinline __attribute__((unused)) u32 origin__of(void *ctx, const struct uf_birth *birth)
{
	u64 key = origin__cheap_key(birth);
	struct uf_origin *entry = NULL;
	struct uf_scratch *buffer;
	u32 frames = 0;
	u32 id;

	if (!cfg.always_walk) {
		id = origin__enter(key, birth->owner.tgid);
		entry = origin__by_id(id);
		if (entry && (entry->flags & UF_ORIGIN_SENT) && !(entry->flags & UF_ORIGIN_WALK))
			return id;
	}
	buffer = scratch__get();
	if (buffer) {
		long bytes =
			bpf_get_stack(ctx, buffer->kernel_stack, sizeof(buffer->kernel_stack), 0);

		if (bytes > 0)
			frames = bytes / 8;
		else
			counter__inc(UF_CTR_STACK_FAILED);
		if (cfg.always_walk || (entry && (entry->flags & UF_ORIGIN_WALK))) {
			key = origin__mix_stack(key, buffer, frames);
		}
	} else {
		counter__inc(UF_CTR_SCRATCH_BUSY);
	}
	id = origin__enter(key, birth->owner.tgid);
	entry = origin__by_id(id);
	if (!entry)
		counter__inc(UF_CTR_ORIGIN_FULL);
	else if (!(entry->flags & UF_ORIGIN_SENT) && origin__send(ctx, birth, id, buffer, frames))
		__sync_fetch_and_or(&entry->flags, UF_ORIGIN_SENT);
	if (buffer)
		scratch__put(buffer);
	return id;
}

#endif
