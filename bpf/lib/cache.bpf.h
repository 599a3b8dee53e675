/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Births and deaths, by slab cache, of objects that are not followed (struct uf_cache). Only in
 * host-wide traces of class slab, where they are the exception: objects from before the trace and
 * those of the tool. */
#ifndef UF_LIB_CACHE_H
#define UF_LIB_CACHE_H

#include "abi/older.h"
#include "lib/compat.bpf.h"
#include "lib/counter.bpf.h"

static __always_inline bool cache__counted(void)
{
	return !cfg.only_targets && (cfg.classes & (1 << UF_CLASS_SLAB));
}

/* A death, or `count` births, of objects that are not followed. cache 0: found out by the address,
 * if the kernel can tell. `at`: address of the context, which tells a task from an interrupt; 0:
 * not known. Global functions, so that the verifier reads them once (cache.bpf.c). */
int cache__died(u64 cache, u64 addr, u64 at);
int cache__born(u64 cache, u64 addr, u32 count, u64 at);
/* The struct kmem_cache * of an object that is allocated; 0: in none, or the kernel cannot tell. */
u64 cache__find(u64 addr);

/* 0 for kernels before 6.1: there who freed an object is not told. */
#ifndef UF_LEGACY
#define cache__at(ctx) compat__ctx_address(ctx, compat__current_task())
#else
#define cache__at(ctx) 0
#endif

#ifdef UF_LEGACY
/* The cache of an object that is allocated, 0 if it is in none or cannot be told
 * (slab_page.bpf.c). */
u64 cache__of_page(u64 addr);
#endif

#endif
