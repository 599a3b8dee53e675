/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Is a birth what the user aims at (--cache, --site, --comm, --cgroup)? Asked before anything of it
 * is stored. Without an aim the verifier removes all of it. */
#ifndef UF_LIB_AIM_H
#define UF_LIB_AIM_H

#include "lib/origin.bpf.h"

#define UF_AIM_WHO (UF_AIM_COMM | UF_AIM_CGROUP)

/* One of each kind that is aimed at. cache 0: found out by the address, or the size, if the kernel
 * cannot tell. in_process: the current process is the owner, not a bystander. Global functions
 * (aim.bpf.c). */
u32 aim__meets_what(u64 cache, u64 addr, u32 size, u64 call_site);
u32 aim__meets_who(u32 in_process);

static __always_inline u64 aim__cache_of(const struct uf_birth *birth)
{
	/* Not within BPF_CORE_READ, which would relocate the field of ours, too. */
	struct proto *prot = (struct proto *)birth->prot;

	if (birth->cache || !prot)
		return birth->cache;
	return (u64)BPF_CORE_READ(prot, slab);
}

/* The object, whoever makes it. */
static __always_inline bool aim__is_meant(const struct uf_birth *birth)
{
	if (!(cfg.aim.kinds & (UF_AIM_CACHE | UF_AIM_SITE)))
		return true;
	return aim__meets_what(aim__cache_of(birth), birth->addr, birth->size, birth->call_site);
}

/* May the objects of this owner be followed? */
static __always_inline bool aim__is_owner(const struct uf_owner *owner)
{
	if (!context__wanted(owner->tgid))
		return false;
	return !(cfg.aim.kinds & UF_AIM_WHO) || aim__meets_who(owner->task != NULL);
}

static __always_inline bool aim__wants(const struct uf_birth *birth)
{
	return aim__is_owner(&birth->owner) && aim__is_meant(birth);
}

/* Not everybody is followed: what softirq makes is claimed for its process later. */
static __always_inline bool aim__at_some(void)
{
	return cfg.only_targets || (cfg.aim.kinds & UF_AIM_WHO);
}

#endif
