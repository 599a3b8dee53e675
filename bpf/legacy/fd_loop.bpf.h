/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The descriptor table without bpf_loop (before 5.17): two bounded loops, with global functions for
 * bodies, which the verifier reads once. Part of lib/fd_walk.bpf.h. */
#ifndef UF_LEGACY_FD_LOOP_H
#define UF_LEGACY_FD_LOOP_H

#define UF_FD_PAGE 256

__noinline int fd_walk__one(u64 slot, u32 tgid)
{
	struct file *file = NULL;

	if (bpf_probe_read_kernel(&file, sizeof(file), (void *)slot) || !file)
		return 0;
	fd_walk__file(file, tgid);
	return 1;
}

/* Number of open files. */
__noinline int fd_walk__page(u64 slots, u32 count, u32 tgid)
{
	int held = 0;

	for (u32 i = 0; i < UF_FD_PAGE; i++) {
		if (i >= count)
			break;
		held += fd_walk__one(slots + i * sizeof(u64), tgid);
	}
	return held;
}

static __always_inline void fd_walk__each(struct uf_fd_walk *walk)
{
	u64 slots = (u64)walk->files;
	u32 left = walk->max;

	for (u32 page = 0; page < UF_FD_MAX / UF_FD_PAGE; page++) {
		walk->held += fd_walk__page(slots, left, walk->tgid);
		if (left <= UF_FD_PAGE)
			return;
		left -= UF_FD_PAGE;
		slots += UF_FD_PAGE * sizeof(u64);
	}
}

#endif
