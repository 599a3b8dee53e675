/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What probes say of objects: born, reached a stage, dead. Each operation may be done twice. */
#ifndef UF_LIB_OBJECT_H
#define UF_LIB_OBJECT_H

#include "lib/aim.bpf.h"
#include "lib/cache.bpf.h"
#include "lib/clock.bpf.h"
#include "lib/exit.bpf.h"
#include "lib/hook.bpf.h"
#include "lib/origin.bpf.h"
#include "lib/sample.bpf.h"
#include "lib/table.bpf.h"

/* ERR_PTR values, NULL and ZERO_SIZE_PTR are no objects. */
static __always_inline bool object__is_pointer(u64 addr)
{
	return addr > 4096 && addr < (u64)-4096;
}

/* `origin`: NULL if unknown. */
static __always_inline void origin__count_birth(struct uf_origin *origin, u64 birth_ns)
{
	if (!origin)
		return;
	__sync_fetch_and_add(&origin->births, 1);
	origin->last_birth_ns = birth_ns;
}

static __always_inline bool object__is_of(const struct uf_meta *meta, enum uf_class object_class)
{
	return (meta->bits & UF_CLASS_MASK) == (u32)object_class << UF_CLASS_SHIFT;
}

static __always_inline bool object__is_of_cache(const struct uf_meta *meta)
{
	return (UF_CLASSES_OF_CACHES >> ((meta->bits & UF_CLASS_MASK) >> UF_CLASS_SHIFT)) & 1;
}

/* A kmalloc() that is in no slab cache. */
static __always_inline bool object__is_large_kmalloc(const struct uf_meta *meta)
{
	return meta->size > UF_KMALLOC_MAX && object__is_of(meta, UF_CLASS_SLAB);
}

/*
 * 6.12 and later announce a kmalloc() that is too large for a slab twice, __kmalloc_large_node and
 * __do_kmalloc_node around it. No cache has objects of more than two pages, and between the two
 * events nothing but an interrupt or, from 7.0 on, another task can run; but a hypervisor may take
 * the CPU away for longer than any of these. One whose death was missed and that comes again in
 * this time, with the same size, is taken for one: the numbers of its origin are the same.
 */
#define UF_ANNOUNCED_TWICE_NS 1000000000LL

static __always_inline bool object__announced_twice(const struct uf_meta *former,
						    const struct uf_meta *meta)
{
	return object__is_large_kmalloc(meta) && meta->size == former->size &&
	       meta->tgid == former->tgid &&
	       (s64)(meta->birth_ns - former->birth_ns) < UF_ANNOUNCED_TWICE_NS;
}

/*
 * Enters an object. `again`: a copy before this one may have handled the same birth, so an object
 * that is in the table already is this one. Otherwise it is one whose death was missed, or a large
 * kmalloc that was announced before: the newer news wins, because its call site is the real caller.
 * False: no origin counts this birth (table full, origin table full).
 */
static __always_inline bool object__enter(u64 addr, const struct uf_meta *meta,
					  struct uf_origin *origin, bool again)
{
	struct uf_meta former;
	struct uf_slot slot;

	if (likely(table__insert_new(addr, meta))) {
		origin__count_birth(origin, meta->birth_ns);
		return origin != NULL;
	}
	if (table__find(addr, &slot)) {
		if (again)
			return true;
		if (table__remove(addr, &former)) {
			struct uf_origin *old = origin__by_id(former.origin);
			bool twice = object__announced_twice(&former, meta);

			if (!twice)
				counter__inc(UF_CTR_BIRTH_ON_LIVE);
			if (old) {
				__sync_fetch_and_add(twice ? &old->births : &old->deaths,
						     twice ? -1 : 1);
				if (!object__is_large_kmalloc(&former))
					__sync_fetch_and_add(&old->replaced, 1);
			} else if (cache__counted() && former.size <= UF_KMALLOC_MAX &&
				   object__is_of_cache(&former)) {
				cache__died(0, addr, 0);
			}
		}
	}
	if (!table__insert(addr, meta))
		return false;
	origin__count_birth(origin, meta->birth_ns);
	return origin != NULL;
}

/* Gives the entry of its origin; NULL: unknown, or described later. */
static __always_inline struct uf_origin *object__describe(void *ctx, const struct uf_birth *birth,
							  struct uf_meta *meta)
{
	meta->birth_ns = clock__birth_ns();
	meta->tgid = birth->owner.tgid;
	meta->size = birth->size;
	meta->bits = birth->object_class << UF_CLASS_SHIFT;
	return birth->describe_later ? NULL : origin__of(ctx, birth, meta);
}

/* False: as object__enter. */
static __always_inline bool object__born(void *ctx, const struct uf_birth *birth, bool again)
{
	struct uf_origin *origin;
	struct uf_meta meta = {};
	struct uf_slot slot;

	/* Before the origin, which may cost a stack walk. */
	if (again && table__find(birth->addr, &slot))
		return true;
	origin = object__describe(ctx, birth, &meta);
	return object__enter(birth->addr, &meta, origin, again);
}

static __always_inline void object__send_free(u64 addr, const struct uf_meta *meta)
{
	struct uf_rec_free *record =
		ring__reserve(sizeof(*record), UF_REC_FREE, UF_CTR_RING_DROP_FREE);

	if (!record)
		return;
	record->addr = addr;
	record->birth_ns = meta->birth_ns;
	record->origin = meta->origin;
	record->tgid = bpf_get_current_pid_tgid() >> 32;
	ring__submit(record);
}

/* False: the object was not followed, or has no origin that counts its death. */
static __always_inline bool object__died(void *ctx, u64 addr)
{
	struct uf_origin *origin;
	struct uf_meta meta;

	if (likely(!table__remove(addr, &meta)))
		return false;
	origin = origin__by_id(meta.origin);
	if (origin) {
		__sync_fetch_and_add(&origin->deaths, 1);
		if (cfg.only_targets && exit__begun(meta.tgid))
			exit__count_death(meta.origin, meta.tgid, meta.bits, exit__by(ctx));
	}
	if (meta.bits & UF_META_PROMOTED)
		object__send_free(addr, &meta);
	return meta.origin != 0;
}

/* The object turns out to be for a process that is not followed: as if it had never been born. */
static __always_inline void object__disown(u64 addr)
{
	struct uf_origin *origin;
	struct uf_meta meta;

	if (!sample__follows(addr) || !table__remove(addr, &meta))
		return;
	origin = origin__by_id(meta.origin);
	if (origin)
		__sync_fetch_and_add(&origin->births, -1);
	if (meta.bits & UF_META_PROMOTED)
		object__send_free(addr, &meta);
}

static __noinline __attribute__((unused)) int object__send_stage(u64 addr, u64 birth_ns, u32 stage,
								 u64 value)
{
	struct uf_rec_stage *record =
		ring__reserve(sizeof(*record), UF_REC_STAGE, UF_CTR_RING_DROP_STAGE);

	if (!record)
		return 0;
	record->addr = addr;
	record->birth_ns = birth_ns;
	record->stage = stage;
	record->tgid = bpf_get_current_pid_tgid() >> 32;
	record->value = value;
	ring__submit(record);
	return 0;
}

/* NULL: it is not followed. */
static __always_inline struct uf_meta *object__find(u64 addr)
{
	struct uf_slot slot;

	if (!sample__follows(addr))
		return NULL;
	if (!table__find(addr, &slot) || slot.way >= UF_WAYS)
		return NULL;
	return &slot.set->meta[slot.way];
}

/* Notes that an object, which was found, reached a stage, or two at once. */
static __always_inline void object__reach(u64 addr, struct uf_meta *meta, u32 stage, u64 value)
{
	u32 bits;

	if ((meta->bits & stage) == stage)
		return;
	/* Released in good order after all, by a child of the process that had it open at its exit.
	 */
	if (stage == UF_STAGE_RELEASED && (meta->bits & UF_STAGE_HELD_AT_EXIT) &&
	    !(UF_TASK(compat__current_task(), flags) & UF_PF_EXITING))
		atomic__clear(&meta->bits, UF_STAGE_HELD_AT_EXIT);
	bits = atomic__set(&meta->bits, stage);
	stage &= ~bits;
	if ((bits & UF_META_PROMOTED) && stage) {
		u32 first = stage & -stage;

		object__send_stage(addr, meta->birth_ns, first, value);
		if (stage != first)
			object__send_stage(addr, meta->birth_ns, stage - first, value);
	}
}

/* The same of any address; false: it is not followed. */
static __always_inline bool object__reached(u64 addr, u32 stage, u64 value)
{
	struct uf_meta *meta = object__find(addr);

	if (!meta)
		return false;
	object__reach(addr, meta, stage, value);
	return true;
}

/* An object is given to RCU. If the exit of its process does that, or the parent that waits for it,
 * it was alive until then: as what the exit finds open, but for dentries, which are cache. What RCU
 * callbacks and workers give to RCU in turn may go back to what was given up before. */
static __always_inline void object__given_up(void *ctx, u64 addr, struct uf_meta *meta)
{
	u32 bits = meta->bits;

	if (cfg.only_targets && !(bits & (UF_STAGE_RELEASED | UF_STAGE_RCU_PENDING)) &&
	    !object__is_of(meta, UF_CLASS_DENTRY) && exit__begun(meta->tgid)) {
		enum uf_exit_by by = exit__by(ctx);

		if (by == UF_EXIT_BY_ITSELF || by == UF_EXIT_BY_PARENT)
			atomic__set(&meta->bits, UF_STAGE_HELD_AT_EXIT);
	}
	object__reach(addr, meta, UF_STAGE_RCU_PENDING, 0);
}

/* Memory that is charged to a socket when nothing may be any more. */
struct uf_charges {
	s32 rmem_alloc;
	s32 wmem_queued;
	s32 forward_alloc;
};

/* Told once an object, and whether it is promoted or not: it dies in a moment. */
static __always_inline void object__charged(u64 addr, const struct uf_charges *charges)
{
	struct uf_meta *meta = object__find(addr);
	struct uf_rec_charged *record;

	if (!meta)
		return;
	if (atomic__set(&meta->bits, UF_STAGE_MEM_HELD) & UF_STAGE_MEM_HELD)
		return;
	record = ring__reserve(sizeof(*record), UF_REC_CHARGED, UF_CTR_RING_DROP_STAGE);
	if (!record)
		return;
	record->addr = addr;
	record->birth_ns = meta->birth_ns;
	record->origin = meta->origin;
	record->tgid = meta->tgid;
	record->rmem_alloc = charges->rmem_alloc;
	record->wmem_queued = charges->wmem_queued;
	record->forward_alloc = charges->forward_alloc;
	ring__submit(record);
}

static __always_inline void object__charged_any(u64 addr, const struct uf_charges *charges)
{
	if (charges->rmem_alloc || charges->wmem_queued || charges->forward_alloc)
		object__charged(addr, charges);
}

/* The process an object is made for, 0 if it is not followed. */
static __always_inline bool object__owner(u64 addr, u32 *tgid)
{
	struct uf_slot slot;

	if (!table__find(addr, &slot) || slot.way >= UF_WAYS)
		return false;
	*tgid = slot.set->meta[slot.way].tgid;
	return true;
}

/* Gives an object to another process and origin: a socket that a softirq made for a listener comes
 * to its program at accept(). Its birth stays. An object that is not followed is born now, if
 * `or_born`: to the process that is traced its life begins here. It reaches these stages with it.
 */
static __always_inline void object__claim(void *ctx, const struct uf_birth *birth, u32 stages,
					  bool or_born)
{
	struct uf_meta fresh = {};
	struct uf_slot slot = {};
	struct uf_origin *old, *origin;
	bool known;

	if (!sample__follows(birth->addr))
		return;
	known = table__find(birth->addr, &slot);
	if (!known && !or_born)
		return;
	fresh.birth_ns = clock__birth_ns();
	fresh.bits = (birth->object_class << UF_CLASS_SHIFT) | stages;
	origin = origin__of(ctx, birth, &fresh);
	fresh.tgid = birth->owner.tgid;
	if (known && slot.way < UF_WAYS) {
		struct uf_meta *meta = &slot.set->meta[slot.way];

		old = origin__by_id(meta->origin);
		if (old)
			__sync_fetch_and_add(&old->births, -1);
		meta->origin = fresh.origin;
		meta->tgid = fresh.tgid;
		if (fresh.bits & UF_META_STACK_CHECKED)
			atomic__set_high(&meta->bits, UF_META_STACK_CHECKED);
		else
			atomic__clear_high(&meta->bits, UF_META_STACK_CHECKED);
		if (stages)
			object__reach(birth->addr, meta, stages, 0);
	} else {
		if (!table__insert(birth->addr, &fresh))
			return;
	}
	origin__count_birth(origin, fresh.birth_ns);
}

#endif
