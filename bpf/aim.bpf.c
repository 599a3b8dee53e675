// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What the user aims at. Global functions: the verifier reads each once, whatever calls it. */
#include "lib/aim.bpf.h"
#include "lib/cache.bpf.h"
#include "lib/counter.bpf.h"

/* By its name at each birth: the address of a cache that is destroyed is soon that of another. */
static __always_inline bool aim__at_cache(u64 cache, u64 addr, u32 size)
{
	struct kmem_cache *s;
	struct uf_aim_cache key = {};
	const char *name = NULL;

	if (!cache)
		cache = cache__find(addr);
	if (!cache) {
#pragma unroll
		for (u32 i = 0; i < UF_AIM_MAX; i++)
			if (i < cfg.aim.nr_sizes && cfg.aim.sizes[i] == size)
				return true;
		return false;
	}
	s = (struct kmem_cache *)cache;
	if (bpf_core_read(&name, sizeof(name), &s->name) ||
	    bpf_probe_read_kernel_str(key.name, sizeof(key.name), name) < 0) {
		counter__inc(UF_CTR_READ_FAILED);
		return false;
	}
	return bpf_map_lookup_elem(&aim_caches, &key) != NULL;
}

static __always_inline bool aim__at_site(u64 call_site)
{
#pragma unroll
	for (u32 i = 0; i < UF_AIM_MAX; i++)
		if (i < cfg.aim.nr_sites && call_site >= cfg.aim.sites[i].start &&
		    call_site < cfg.aim.sites[i].end)
			return true;
	return false;
}

__noinline u32 aim__meets_what(u64 cache, u64 addr, u32 size, u64 call_site)
{
	if ((cfg.aim.kinds & UF_AIM_SITE) && !aim__at_site(call_site))
		return 0;
	return !(cfg.aim.kinds & UF_AIM_CACHE) || aim__at_cache(cache, addr, size);
}

static __always_inline bool aim__names(const u64 *comm)
{
#pragma unroll
	for (u32 i = 0; i < UF_AIM_MAX; i++)
		if (i < cfg.aim.nr_comms && comm[0] == cfg.aim.comms[i][0] &&
		    comm[1] == cfg.aim.comms[i][1])
			return true;
	return false;
}

/* The thread or its process: a server names its threads. */
static __always_inline bool aim__at_comm(void)
{
	struct task_struct *leader = BPF_CORE_READ(compat__current_task(), group_leader);
	u64 thread[2] = {}, process[2] = {};

	if (bpf_get_current_comm(thread, sizeof(thread)))
		counter__inc(UF_CTR_READ_FAILED);
	/* As a string: before 5.x the kernel leaves what stood behind the NUL. */
	if (bpf_probe_read_kernel_str(process, sizeof(process), &leader->comm) < 0)
		counter__inc(UF_CTR_READ_FAILED);
	return aim__names(thread) || aim__names(process);
}

static __always_inline bool aim__is_cgroup(u64 id)
{
#pragma unroll
	for (u32 i = 0; i < UF_AIM_MAX; i++)
		if (i < cfg.aim.nr_cgroups && cfg.aim.cgroups[i] == id)
			return true;
	return false;
}

/* Level 0 is the root of the hierarchy; beyond its own a cgroup has none. */
static __always_inline bool aim__at_cgroup(void)
{
	for (int level = 0; level < UF_AIM_CGROUP_DEPTH; level++) {
		u64 id = compat__cgroup_above(level);

		if (!id)
			return false;
		if (aim__is_cgroup(id))
			return true;
	}
	return false;
}

__noinline u32 aim__meets_who(u32 in_process)
{
	if (!in_process)
		return 0;
	if ((cfg.aim.kinds & UF_AIM_COMM) && !aim__at_comm())
		return 0;
	return !(cfg.aim.kinds & UF_AIM_CGROUP) || aim__at_cgroup();
}
