/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Hashes of stacks, and the record of an origin. Global functions (origin.bpf.c), which the
 * verifier reads once, whatever calls them; before 5.13 those take no pointers, so there each
 * object has its own (UF_LEGACY). */
#ifndef UF_LIB_ORIGIN_SEND_H
#define UF_LIB_ORIGIN_SEND_H

#include "lib/birth.bpf.h"

/* Both go by steps of eight frames until the first that is empty. */
UF_ORIGIN_FUNC u64 origin__hash_kernel_stack(struct uf_scratch *buffer)
{
	u64 hash = 1;

	if (!buffer)
		return 0;
	for (u32 i = 0; i < UF_KSTACK_MAX; i += 8) {
		if (!buffer->kernel_stack[i])
			break;
#pragma unroll
		for (u32 j = 0; j < 8; j++)
			hash = hash__mix(hash, buffer->kernel_stack[i + j]);
	}
	return hash;
}

UF_ORIGIN_FUNC u64 origin__hash_user_stack(struct uf_scratch *buffer, u64 hash)
{
	if (!buffer)
		return 0;
	for (u32 i = 0; i < UF_USTACK_MAX; i += 8) {
		if (!buffer->user_stack[i])
			break;
#pragma unroll
		for (u32 j = 0; j < 8; j++)
			hash = hash__mix(hash, buffer->user_stack[i + j]);
	}
	return hash;
}

/*
 * What may be a return address: it lies in the program's text, or near the code of the library that
 * made the system call, and the instruction before it is a call. Some that are left over from calls
 * long done are among them: they make two origins of one, which user space finds to have one stack.
 */
#ifndef UF_LEGACY
#define UF_NEAR_CODE (256ull << 20)
struct uf_word_hash {
	struct uf_scratch *buffer;
	u64 hash;
	u64 start, end; /* text of the program */
	u64 ip, near;	/* code of a library; near 0: none */
};

static long origin__mix_word(u64 i, struct uf_word_hash *to)
{
	u64 word;

	if (i >= UF_USER_WORDS)
		return 1;
	word = to->buffer->user_words[i];
	if (((word >= to->start && word < to->end) || word - to->ip + to->near < 2 * to->near) &&
	    compat__follows_call(word))
		to->hash = hash__mix(to->hash, word);
	return 0;
}

UF_ORIGIN_FUNC u64 origin__hash_user_words(struct uf_scratch *buffer, u64 hash, u32 words,
					   u64 start, u64 end)
{
	struct uf_word_hash to = {.buffer = buffer, .start = start, .end = end};

	if (!buffer)
		return 0;
	to.ip = buffer->user_stack[0];
	to.near = to.ip >= start && to.ip < end ? 0 : UF_NEAR_CODE;
	to.hash = hash__mix(hash, to.ip);
	bpf_loop(words, origin__mix_word, &to, 0);
	return to.hash;
}
#endif

static __always_inline void origin__describe_cache(struct uf_rec_origin *record, u64 cache)
{
	struct kmem_cache *s = (struct kmem_cache *)cache;
	const char *name = NULL;

	record->cache_size = BPF_CORE_READ(s, size);
	if (bpf_core_read(&name, sizeof(name), &s->name) ||
	    bpf_probe_read_kernel_str(record->cache_name, sizeof(record->cache_name), name) < 0)
		counter__inc(UF_CTR_READ_FAILED);
}

UF_ORIGIN_FUNC int origin__send(const struct uf_birth *birth, u32 id,
				const struct uf_stacks *stacks)
{
	struct uf_scratch *buffer;
	struct uf_rec_origin *record;
	u64 pid_tgid = bpf_get_current_pid_tgid();
	const struct proto *prot;
	u64 cache;

	if (!birth || !stacks)
		return 0;
	cache = birth->cache;
	prot = (const struct proto *)birth->prot;
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
	record->kernel_frames = stacks->kernel_frames;
	record->user_frames = stacks->user_frames;
	record->syscall = stacks->syscall;
	if (birth->owner.task) {
		struct task_struct *task = compat__current_task();

		record->exec = UF_TASK(task, self_exec_id);
		record->process_start = compat__process_start(task);
	}
	record->call_site = birth->call_site;
	record->cache_size = birth->size;
	if (!cache && prot)
		cache = (u64)BPF_CORE_READ(prot, slab);
	record->cache = cache;
	if (cache)
		origin__describe_cache(record, cache);
	buffer = scratch__at(stacks->buffer);
	if (buffer) {
		bpf_probe_read_kernel(record->kernel_stack, sizeof(record->kernel_stack),
				      buffer->kernel_stack);
		bpf_probe_read_kernel(record->user_stack, sizeof(record->user_stack),
				      buffer->user_stack);
	} else {
		__builtin_memset(record->kernel_stack, 0, sizeof(record->kernel_stack));
		__builtin_memset(record->user_stack, 0, sizeof(record->user_stack));
	}
	if (stacks->is_user_task) {
		record->cgroup_id = bpf_get_current_cgroup_id();
		bpf_get_current_comm(record->comm, sizeof(record->comm));
	} else if (birth->owner.tgid && birth->owner.context == UF_CONTEXT_PROCESS) {
		record->context = UF_CONTEXT_KTHREAD;
		bpf_get_current_comm(record->comm, sizeof(record->comm));
	}
	/* A traced process may end soon: what it has mapped, which names its user stack, is read
	 * while it lives. */
	if (cfg.only_targets)
		ring__submit_now(record);
	else
		ring__submit(record);
	return 1;
}

#endif
