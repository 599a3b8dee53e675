/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Marks what the open files of an exiting process hold, before the exit closes them: that is what
 * the program never closed, whatever way and time its memory takes to be freed. */
#ifndef UF_LIB_FD_WALK_H
#define UF_LIB_FD_WALK_H

#include "lib/object.bpf.h"
#include "lib/socket.bpf.h"

/* Walk limits: with bpf_loop (5.17), and with the bounded loops that older verifiers accept. */
#ifndef UF_LEGACY
#define UF_FD_MAX (1 << 20)
#else
#define UF_FD_MAX (1 << 16)
#endif

struct uf_fd_walk {
	struct file **files;
	u32 max;
	u32 held;
	u32 tgid; /* of the exiting process */
};

/* Only what the exiting process made itself, or what a process left to it that has exited before:
 * what it inherited from one that lives is that one's to close. */
static __always_inline void fd_walk__hold(u64 addr, u32 tgid)
{
	struct uf_meta *meta;
	struct uf_slot slot;

	if (!addr || !table__find(addr, &slot) || slot.way >= UF_WAYS)
		return;
	meta = &slot.set->meta[slot.way];
	if (meta->tgid == tgid || (proc__flags(meta->tgid) & UF_PROC_EXITING))
		atomic__set(&meta->bits, UF_STAGE_HELD_AT_EXIT);
}

/* The closed half of a unix socket pair lives until its peer dies: the program did release it. */
static __always_inline void fd_walk__unix_peer(u64 sk)
{
	struct sock *peer;

	if (BPF_CORE_READ((struct sock *)sk, __sk_common.skc_family) != UF_AF_UNIX)
		return;
	peer = BPF_CORE_READ((struct unix_sock *)sk, peer);
	if (peer && (BPF_CORE_READ(peer, __sk_common.skc_flags) & UF_SOCK_DEAD))
		object__reached((u64)peer, UF_STAGE_RELEASED, 0);
}

static __always_inline void fd_walk__file(struct file *file, u32 tgid)
{
	u64 sk;

	fd_walk__hold((u64)file, tgid);
	fd_walk__hold((u64)BPF_CORE_READ(file, f_inode), tgid);
	fd_walk__hold((u64)BPF_CORE_READ(file, f_path.dentry), tgid);
	sk = socket__sk_of_file(file);
	if (sk) {
		fd_walk__hold(sk, tgid);
		fd_walk__unix_peer(sk);
	} else {
		/* epoll, eventfd, timerfd, pipe: what the file stands for */
		fd_walk__hold((u64)BPF_CORE_READ(file, private_data), tgid);
	}
}

#ifndef UF_LEGACY
static long fd_walk__one(u32 fd, struct uf_fd_walk *walk)
{
	struct file *file = NULL;

	if (fd >= walk->max)
		return 1;
	if (bpf_probe_read_kernel(&file, sizeof(file), walk->files + fd) || !file)
		return 0;
	walk->held++;
	fd_walk__file(file, walk->tgid);
	return 0;
}

static __always_inline void fd_walk__each(struct uf_fd_walk *walk)
{
	bpf_loop(walk->max > UF_FD_MAX ? UF_FD_MAX : walk->max, fd_walk__one, walk, 0);
}
#else
#include "lib/fd_loop_legacy.inc"
#endif

/* Number of open files seen. */
static __always_inline u32 fd_walk__mark(struct task_struct *task)
{
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct uf_fd_walk walk = {};

	if (!table)
		return 0;
	walk.files = BPF_CORE_READ(table, fd);
	walk.max = BPF_CORE_READ(table, max_fds);
	walk.tgid = BPF_CORE_READ(task, tgid);
	if (walk.max > UF_FD_MAX)
		counter__inc(UF_CTR_FD_WALK_CUT);
	fd_walk__each(&walk);
	return walk.held;
}

#endif
