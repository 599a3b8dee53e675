/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The object table (abi/table.h): claim a slot, find one, clear one. No lock, no allocation. */
#ifndef UF_LIB_TABLE_H
#define UF_LIB_TABLE_H

#include "lib/atomic.bpf.h"
#include "lib/counter.bpf.h"
#include "abi/table_hash.h"

struct uf_slot {
	struct uf_set *set;
	struct uf_set *home; /* first set, when the slot is in another one */
	u32 way;
};

static __always_inline struct uf_set *table__home(u64 addr)
{
	u32 index = uf_table_home(addr, cfg.set_mask);

	return bpf_map_lookup_elem(&objects, &index);
}

/* In the sets an object goes to whose first set is full: the way that holds `addr`, or, with
 * `claim`, an empty one that holds addr | UF_ADDR_FILLING from now on. Set * 8 + way; negative:
 * none. A global function, which the verifier reads once and not at every call (table.bpf.c). */
long table__other_slot(u64 addr, u32 claim);

static __always_inline bool table__other(u64 addr, u32 claim, struct uf_slot *slot)
{
	long found = table__other_slot(addr, claim);
	u32 index = (u64)found / 8;

	if (found < 0)
		return false;
	slot->set = bpf_map_lookup_elem(&objects, &index);
	slot->way = (u64)found % 8;
	return slot->set && slot->way < UF_WAYS;
}

/* Asks the CPU for the line that a birth will need, which is the dearest thing about it when it has
 * to come from memory, while all else about the birth is found out. */
static __always_inline void table__fetch(u64 addr)
{
	struct uf_set *set = table__home(addr);

	if (set)
		(void)((volatile struct uf_set *)set)->overflow;
}

/* Way that holds value, UF_WAYS if none. */
static __always_inline u32 set__find(const struct uf_set *set, u64 value)
{
#pragma unroll
	for (u32 way = 0; way < UF_WAYS; way++)
		if (((volatile const struct uf_set *)set)->addr[way] == value)
			return way;
	return UF_WAYS;
}

static __always_inline bool table__find(u64 addr, struct uf_slot *slot)
{
	struct uf_set *set = table__home(addr);

	if (!set)
		return false;
	slot->home = NULL;
	slot->set = set;
	slot->way = set__find(set, addr);
	if (likely(slot->way < UF_WAYS))
		return true;
	if (likely(!((volatile struct uf_set *)set)->overflow))
		return false;
	slot->home = set;
	return table__other(addr, false, slot);
}

static __always_inline bool set__fill(struct uf_set *set, u32 way, u64 addr,
				      const struct uf_meta *meta)
{
	if (atomic__claim(&set->addr[way], addr | UF_ADDR_FILLING,
			  uf_table_home(addr, cfg.set_mask)))
		return false;
	set->meta[way] = *meta;
#if defined(__TARGET_ARCH_x86)
	/* x86 keeps the order of stores; the compiler must, too. */
	asm volatile("" ::: "memory");
	((volatile struct uf_set *)set)->addr[way] = addr;
#else
	/* The release order that arm64 needs comes with an atomic exchange. */
	__sync_lock_test_and_set(&set->addr[way], addr);
#endif
	return true;
}

/* Tries to fill one empty way of the first set of an address. */
static __always_inline bool set__claim(struct uf_set *set, u64 addr, const struct uf_meta *meta)
{
#pragma unroll
	for (u32 way = 0; way < UF_WAYS; way++)
		if (!((volatile struct uf_set *)set)->addr[way] && set__fill(set, way, addr, meta))
			return true;
	return false;
}

/* The usual case in one look at one cache line: the address is in neither of its sets, and the
 * first has room. False: nothing was done. */
static __always_inline bool table__insert_new(u64 addr, const struct uf_meta *meta)
{
	struct uf_set *set = table__home(addr);
	u32 empty = UF_WAYS;
	bool known = false;

	if (!set || ((volatile struct uf_set *)set)->overflow)
		return false;
#pragma unroll
	for (u32 way = 0; way < UF_WAYS; way++) {
		u64 held = ((volatile struct uf_set *)set)->addr[way];

		known |= held == addr;
		if (!held)
			empty = way;
	}
	return !known && empty < UF_WAYS && set__fill(set, empty, addr, meta);
}

/* Enters an object that is not in the table. Counts it when there is no room. */
static __always_inline bool table__insert(u64 addr, const struct uf_meta *meta)
{
	struct uf_set *set = table__home(addr);
	struct uf_slot slot = {};

	if (!set)
		return false;
	if (likely(set__claim(set, addr, meta)))
		return true;
	/* Count first: a look-up that comes in between then searches the others, too. */
	__sync_fetch_and_add(&set->overflow, 1);
	if (table__other(addr, true, &slot)) {
		slot.set->meta[slot.way] = *meta;
		atomic__publish(&slot.set->addr[slot.way], addr);
		return true;
	}
	__sync_fetch_and_add(&set->overflow, -1);
	counter__inc(UF_CTR_TABLE_FULL);
	return false;
}

/* Takes an object out and gives what was known of it. False: not in the table. */
static __always_inline bool table__remove(u64 addr, struct uf_meta *meta)
{
	struct uf_slot slot;

	if (!table__find(addr, &slot) || slot.way >= UF_WAYS)
		return false;
	*meta = slot.set->meta[slot.way];
	((volatile struct uf_set *)slot.set)->addr[slot.way] = 0;
	if (unlikely(slot.home))
		__sync_fetch_and_add(&slot.home->overflow, -1);
	return true;
}

#endif
