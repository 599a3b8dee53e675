/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where an object comes from. A cheap key stands for the call path; in always-walk mode, and for
 * keys that user space flagged, the walked stack itself is part of the key, which makes it exact.
 */
#ifndef UF_LIB_ORIGIN_H
#define UF_LIB_ORIGIN_H

#include "lib/atomic.bpf.h"
#include "lib/birth.bpf.h"
#ifdef UF_LEGACY
#include "lib/origin_send.bpf.h"
#endif

static __always_inline struct uf_origin *origin__by_id(u32 id)
{
	u32 index = (id - 1) / UF_ORIGIN_WAYS;
	struct uf_origin_set *set;

	if (!id)
		return NULL;
	set = bpf_map_lookup_elem(&origins, &index);
	return set ? &set->way[(id - 1) % UF_ORIGIN_WAYS] : NULL;
}

/* Beside an id, which is below: the entry was made just now. */
#define UF_ORIGIN_IS_NEW (1u << 31)
/* Beside an id: the birth's own stacks were walked, and are those of the entry. */
#define UF_ORIGIN_IS_CHECKED (1u << 31)
/* Index + 1 of the entry with this key; claims an empty one if there is none, and says so with
 * UF_ORIGIN_IS_NEW. 0: no room. A global function, so that the verifier reads it once and not at
 * every call (origin.bpf.c). */
u32 origin__enter(u64 key, u32 tgid, u32 flags);

/* The entry with this key if it is in its first set, where most are. Ways fill in order, each is a
 * cache line, and most sets have one entry: the others are not looked at. */
static __always_inline struct uf_origin *origin__find(u64 key, u32 *id)
{
	u32 index = (u32)(key >> 8) & cfg.origin_mask;
	struct uf_origin_set *set = bpf_map_lookup_elem(&origins, &index);
	u32 found = UF_ORIGIN_WAYS;

	if (!set)
		return NULL;
#pragma unroll
	for (u32 way = 0; way < UF_ORIGIN_WAYS; way++) {
		if (((volatile struct uf_origin_set *)set)->way[way].key == key) {
			found = way;
			break;
		}
	}
	if (found >= UF_ORIGIN_WAYS)
		return NULL;
	*id = index * UF_ORIGIN_WAYS + found + 1;
	return &set->way[found];
}

/* Claims a free buffer of this CPU: its index + 1, 0 if all are busy. Global for the same reason.
 */
u32 scratch__claim(void);

static __always_inline void scratch__put(struct uf_scratch *buffer)
{
	atomic__give_back(&buffer->busy);
}

static __always_inline bool origin__is_user_task(const struct uf_birth *birth)
{
	return birth->owner.task && birth->owner.regs;
}

/*
 * A program has entries of its own: what a process ran before, and a former process of its number,
 * had other files mapped, by which stacks are named. Start and number of the program cost three
 * loads; for them the first steps go without the shift of hash__mix, which the last ones make up
 * for. What is joined by an exclusive or lies in bits of its own.
 */
static __always_inline u64 origin__cheap_key(const struct uf_birth *birth)
{
	u64 what = birth->cache ? birth->cache : birth->prot ? birth->prot : birth->size;
	u64 key = birth->call_site ^ birth->object_class;
	u64 tgid = (u64)birth->owner.tgid << 40;
	struct task_struct *task = birth->owner.task;

	if (origin__is_user_task(birth)) {
		struct uf_user_entry at = compat__user_entry(birth->owner.regs);

		key ^= (u64)UF_TASK(task, self_exec_id) << 32;
		key = (key * HASH_FACTOR ^ what) * HASH_FACTOR;
		key = (key ^ tgid ^ compat__process_start(task)) * HASH_FACTOR;
		key = hash__mix(key, at.ip);
		key = hash__mix(key, at.sp ^ (at.syscall << 48));
	} else {
		key = hash__mix(key * HASH_FACTOR, what);
		key = hash__mix(key, tgid ^ birth->owner.context);
		if (task)
			key = hash__mix(key, compat__process_start(task));
	}
	return key ? key : 1;
}

/* Sends registers and stack of the current task as it entered the kernel: 1, or 0 when there was no
 * room or nothing to read, or, if it is not `wanted`, too many were sent of late. Global, and
 * without pointers on every kernel. */
u32 origin__send_user_stack(u32 id, u32 tgid, u32 wanted);

/*
 * Tells user stacks apart. Where code keeps frame pointers the register points into the stack and
 * the walk got somewhere; it misses who called the last function, if that made no frame of its own,
 * so the next few words count, too. Elsewhere what the walk found is void, and words are all there
 * is.
 */
#define UF_FRAME_REACH (128 * 1024)
static __always_inline u64 origin__hash_user(struct uf_scratch *buffer, u64 hash,
					     const struct uf_birth *birth,
					     const struct uf_stacks *stacks)
{
#ifdef UF_LEGACY
	/* Without bpf_loop the verifier takes minutes for so many words. */
	return origin__hash_user_stack(buffer, hash);
#else
	struct task_struct *task = compat__current_task();
	struct pt_regs *regs = birth->owner.regs;
	u32 words = UF_USER_WORDS;
	u64 sp, fp;

	if (!stacks->is_user_task)
		return hash;
	sp = compat__user_sp(regs);
	fp = compat__user_fp(regs);
	if (stacks->user_frames > 2 && fp >= sp && fp - sp < UF_FRAME_REACH) {
		hash = origin__hash_user_stack(buffer, hash);
		words = (fp - sp) / 8;
		if (words > UF_USER_WORDS_BESIDE_FRAMES)
			words = UF_USER_WORDS_BESIDE_FRAMES;
	}
	if (bpf_probe_read_user(buffer->user_words, sizeof(buffer->user_words), (void *)sp))
		return words == UF_USER_WORDS ? origin__hash_user_stack(buffer, hash) : hash;
	return origin__hash_user_words(buffer, hash, words, BPF_CORE_READ(task, mm, start_code),
				       BPF_CORE_READ(task, mm, end_code));
#endif
}

/* bpf_get_stack fills the rest of its buffer with zeros. */
static __always_inline void origin__walk(void *ctx, struct uf_scratch *buffer,
					 struct uf_stacks *stacks)
{
	long bytes = bpf_get_stack(ctx, buffer->kernel_stack, sizeof(buffer->kernel_stack), 0);

	if (bytes > 0)
		stacks->kernel_frames = bytes / 8;
	else
		counter__inc(UF_CTR_STACK_FAILED);
	bytes = 0;
	if (stacks->is_user_task) {
		bytes = bpf_get_stack(ctx, buffer->user_stack, sizeof(buffer->user_stack),
				      BPF_F_USER_STACK);
		if (bytes > 0)
			stacks->user_frames = bytes / 8;
		else
			counter__inc(UF_CTR_USTACK_FAILED);
	}
	if (bytes <= 0)
		__builtin_memset(buffer->user_stack, 0, sizeof(buffer->user_stack));
}

/* Of the births of a key whose stack is not walked each time, these are, to see whether the key
 * stands for one stack: a few early ones and one in 1024. */
static __always_inline bool origin__check_due(const struct uf_origin *entry)
{
	u64 births = entry->births;

	if (births != 3 && births != 10 && births != 100 && (u32)(births * 0x9E3779B1u) >> 22)
		return false;
	/* Where births are taken back (accept() takes sockets from their listener's origin) their
	 * number may stand still at any of these. */
	return entry->checked < 4 + births / 256;
}

/* Without frame pointers a user stack may hold anything: an origin from which so many split off is
 * told apart by its kernel stacks only. */
#define UF_ORIGIN_MAX_SPLITS 64

/* `base`: the entry of the cheap key. User stacks are copied of what is traced, and in a host-wide
 * trace where objects survive: user space flags those keys. Elsewhere a few in a second. */
static __always_inline void origin__report(const struct uf_birth *birth, struct uf_origin *entry,
					   u32 id, const struct uf_stacks *stacks,
					   const struct uf_origin *base)
{
	if (!(entry->flags & UF_ORIGIN_SENT) && origin__send(birth, id, stacks))
		atomic__set(&entry->flags, UF_ORIGIN_SENT);
	if (!stacks->is_user_task || (entry->flags & UF_ORIGIN_COPY_SENT) ||
	    !(entry->flags & UF_ORIGIN_SENT))
		return;
	if (origin__send_user_stack(id, birth->owner.tgid,
				    cfg.only_targets || (base->flags & UF_ORIGIN_WALK)))
		atomic__set(&entry->flags, UF_ORIGIN_COPY_SENT);
}

/* The entry of a birth whose stack is not that of its key's first birth. */
static __always_inline u32 origin__split(const struct uf_birth *birth, u64 key, u64 kernel_hash,
					 u64 hash, struct uf_origin *base, u32 base_id,
					 const struct uf_stacks *stacks)
{
	bool exact = (base->flags >> UF_ORIGIN_SPLITS_SHIFT) < UF_ORIGIN_MAX_SPLITS;
	struct uf_origin *entry;
	u32 id;

	key = hash__mix(key, exact ? hash : kernel_hash);
	id = origin__enter(key ? key : 1, birth->owner.tgid, UF_ORIGIN_OWN_STACK);
	if (id & UF_ORIGIN_IS_NEW) {
		id &= ~UF_ORIGIN_IS_NEW;
		if (exact)
			__sync_fetch_and_add(&base->flags, 1u << UF_ORIGIN_SPLITS_SHIFT);
	}
	entry = origin__by_id(id);
	if (!entry)
		return 0;
	entry->stack_hash = base_id;
	origin__report(birth, entry, id, stacks, base);
	if (!exact)
		return id;
	__sync_fetch_and_add(&entry->checked, 1);
	return id | UF_ORIGIN_IS_CHECKED;
}

/* Walks the stacks and finds the entry that they belong to. With UF_ORIGIN_IS_CHECKED. */
static __noinline __attribute__((unused)) u32
origin__of_walked(void *ctx, const struct uf_birth *birth, u64 key)
{
	u32 id = origin__enter(key, birth->owner.tgid, 0) & ~UF_ORIGIN_IS_NEW;
	struct uf_origin *base = origin__by_id(id);
	struct uf_stacks stacks = {.syscall = -1};
	struct uf_scratch *buffer;
	u64 kernel_hash, hash;

	if (!base) {
		counter__inc(UF_CTR_ORIGIN_FULL);
		return 0;
	}
	if (origin__is_user_task(birth)) {
		stacks.is_user_task = 1;
		stacks.syscall = compat__syscall(birth->owner.regs);
	}
	stacks.buffer = scratch__claim();
	buffer = scratch__at(stacks.buffer);
	if (!buffer) {
		counter__inc(UF_CTR_SCRATCH_BUSY);
		origin__report(birth, base, id, &stacks, base);
		return id;
	}
	origin__walk(ctx, buffer, &stacks);
	kernel_hash = origin__hash_kernel_stack(buffer);
	hash = origin__hash_user(buffer, kernel_hash, birth, &stacks);
	if (atomic__set_first(&base->flags, UF_ORIGIN_STACK_SET, id))
		base->stack_hash = hash;
	if ((u32)hash == base->stack_hash) {
		__sync_fetch_and_add(&base->checked, 1);
		origin__report(birth, base, id, &stacks, base);
		id |= UF_ORIGIN_IS_CHECKED;
	} else if (cfg.always_walk || (base->flags & UF_ORIGIN_WALK)) {
		u32 split = origin__split(birth, key, kernel_hash, hash, base, id, &stacks);

		if (split)
			id = split;
		else
			counter__inc(UF_CTR_ORIGIN_FULL);
	} else {
		__sync_fetch_and_add(&base->checked, 1);
		__sync_fetch_and_add(&base->differed, 1);
	}
	scratch__put(buffer);
	return id;
}

/* May one more stack be walked on this CPU because objects of its key survive? */
static __always_inline bool origin__walk_affordable(u64 now_ns)
{
	struct uf_cpu *cpu = cpu__this();
	u64 oldest = now_ns - (u64)UF_WALKS_AT_ONCE * UF_WALK_EVERY_NS;
	u64 paid;

	if (!cpu)
		return false;
	paid = cpu->walks_paid_ns;
	if (paid < oldest)
		paid = oldest;
	if (paid > now_ns)
		return false;
	/* An interrupt in between gets one walk for nothing. */
	cpu->walks_paid_ns = paid + UF_WALK_EVERY_NS;
	return true;
}

/* Finds the origin of a birth and notes it in meta (origin, bits). Gives its entry, NULL when the
 * table has no room. ctx is the program's. */
static __always_inline struct uf_origin *origin__of(void *ctx, const struct uf_birth *birth,
						    struct uf_meta *meta)
{
	u64 key = origin__cheap_key(birth);
	struct uf_origin *entry;
	u32 id;

	if (!cfg.always_walk) {
		entry = origin__find(key, &meta->origin);
		if (entry && (entry->flags & UF_ORIGIN_SENT) && !origin__check_due(entry) &&
		    (!(entry->flags & UF_ORIGIN_WALK) || !origin__walk_affordable(meta->birth_ns)))
			return entry;
	}
	id = origin__of_walked(ctx, birth, key);
	if (id & UF_ORIGIN_IS_CHECKED)
		meta->bits |= UF_META_STACK_CHECKED;
	meta->origin = id & ~UF_ORIGIN_IS_CHECKED;
	return origin__by_id(meta->origin);
}

#endif
