/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Atomic operations on the shared tables, in two editions.
 *
 * BPF has compare-and-swap, exchange and atomic or since 5.12. Before, and in the object for older
 * kernels (UF_LEGACY), there is only an atomic addition whose result is not given. That is enough
 * for a try-lock: who adds one and then reads one is alone, because every other one that has added
 * before makes it read two, and every other one that adds later reads two itself. Both may fail,
 * which is a lost race to the caller, as it is when a compare-and-swap fails. On x86 the addition
 * is a full barrier; no other architecture has trampolines on such kernels.
 */
#ifndef UF_LIB_ATOMIC_H
#define UF_LIB_ATOMIC_H

#include "lib/maps.bpf.h"

#ifndef UF_LEGACY

/* Stores value where there is 0. Gives what was there: 0 is success. `key` is the same for all that
 * may want this word; a macro, because it may be work to find out. */
#define atomic__claim(word, value, key) __sync_val_compare_and_swap(word, 0, value)

static __always_inline void atomic__publish(u64 *word, u64 value)
{
	__sync_lock_test_and_set(word, value);
}

/* A word that is 0 while it belongs to nobody. */
static __always_inline bool atomic__take(u32 *busy)
{
	return !__sync_val_compare_and_swap(busy, 0, 1);
}

static __always_inline void atomic__give_back(u32 *busy)
{
	__sync_lock_test_and_set(busy, 0);
}

/* Stages (uf_meta.bits) and the flags of origins: bits of the lower half. Gives the former value.
 */
static __always_inline u32 atomic__set(u32 *word, u32 bits)
{
	return __sync_fetch_and_or(word, bits);
}

static __always_inline void atomic__clear(u32 *word, u32 bits)
{
	__sync_fetch_and_and(word, ~bits);
}

/* The same of a bit of the upper half (UF_META_STACK_CHECKED). */
static __always_inline void atomic__set_high(u32 *word, u32 bit)
{
	__sync_fetch_and_or(word, bit);
}

static __always_inline void atomic__clear_high(u32 *word, u32 bit)
{
	__sync_fetch_and_and(word, ~bit);
}

/* True for the first that sets this bit. */
static __always_inline bool atomic__set_first(u32 *word, u32 bit, u32 key)
{
	return !(__sync_fetch_and_or(word, bit) & bit);
}

#else

/* The bound in one instruction of its own: clang merges it with that of the key, and 5.10 then
 * knows none. */
static __always_inline __u32 *lock__of(u64 key)
{
	asm volatile("%0 &= %1" : "+r"(key) : "i"(UF_LOCKS - 1));
	return &locks[key];
}

static __always_inline bool lock__try(u32 key)
{
	__u32 *lock = lock__of(key);

	__sync_fetch_and_add(lock, 1);
	if (*(volatile u32 *)lock == 1)
		return true;
	__sync_fetch_and_add(lock, -1);
	return false;
}

static __always_inline void lock__release(u32 key)
{
	__sync_fetch_and_add(lock__of(key), -1);
}

static __always_inline u64 atomic__claim(u64 *word, u64 value, u32 key)
{
	u64 held = ~0ULL;

	if (!lock__try(key))
		return held;
	held = *(volatile u64 *)word;
	if (!held)
		*(volatile u64 *)word = value;
	lock__release(key);
	return held;
}

/* x86 keeps the order of stores; the compiler must, too. */
static __always_inline void atomic__publish(u64 *word, u64 value)
{
	asm volatile("" ::: "memory");
	*(volatile u64 *)word = value;
}

static __always_inline bool atomic__take(u32 *busy)
{
	__sync_fetch_and_add(busy, 1);
	if (*(volatile u32 *)busy == 1)
		return true;
	__sync_fetch_and_add(busy, -1);
	return false;
}

static __always_inline void atomic__give_back(u32 *busy)
{
	__sync_fetch_and_add(busy, -1);
}

/* Of two CPUs that set different stages of one object within nanoseconds one may be lost: the time
 * of a stage, never an object. The upper half, where user space sets bits, is not touched. */
static __always_inline u32 atomic__set(u32 *word, u32 bits)
{
	u32 former = *(volatile u32 *)word;

	*(volatile u16 *)word = (u16)(former | bits);
	return former;
}

static __always_inline void atomic__clear(u32 *word, u32 bits)
{
	*(volatile u16 *)word = (u16)(*(volatile u32 *)word & ~bits);
}

/* Additions, because user space sets its bits of this half at any time. Of one object this bit is
 * changed by one CPU at a time. */
static __always_inline void atomic__set_high(u32 *word, u32 bit)
{
	if (!(*(volatile u32 *)word & bit))
		__sync_fetch_and_add(word, bit);
}

static __always_inline void atomic__clear_high(u32 *word, u32 bit)
{
	if (*(volatile u32 *)word & bit)
		__sync_fetch_and_add(word, -bit);
}

static __always_inline bool atomic__set_first(u32 *word, u32 bit, u32 key)
{
	bool first;

	if ((*(volatile u32 *)word & bit) || !lock__try(key))
		return false;
	first = !(atomic__set(word, bit) & bit);
	lock__release(key);
	return first;
}

#endif
#endif
