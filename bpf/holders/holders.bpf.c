// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Who holds what: every open file, working and root directory and mapped file of every process, as
 * the addresses of its dentry and of its socket. Read when a report is made; nothing is attached
 * to the kernel's own work. What is in flight between sockets, held by io_uring or by the kernel
 * itself has no process and does not show here.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "abi/holder.h"
#include "lib/kernel.bpf.h"

/* SOCKET_I(): the inode lies right behind its struct socket. */
static __always_inline u64 sock_of(struct file *file)
{
	struct inode *inode = BPF_CORE_READ(file, f_inode);
	struct socket *socket;

	if (!inode || (BPF_CORE_READ(inode, i_mode) & UF_S_IFMT) != UF_S_IFSOCK)
		return 0;
	socket = (void *)inode - bpf_core_field_offset(struct socket_alloc, vfs_inode);
	return (u64)BPF_CORE_READ(socket, sk);
}

SEC("iter/task_file")
int files(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct uf_holder holder = {.how = UF_HOLD_FD};

	if (!task || !file)
		return 0;
	holder.tgid = task->tgid;
	holder.fd = ctx->fd;
	holder.dentry = (u64)BPF_CORE_READ(file, f_path.dentry);
	holder.sock = sock_of(file);
	bpf_seq_write(ctx->meta->seq, &holder, sizeof(holder)); /* no room: it is called again */
	return 0;
}

SEC("iter/task")
int directories(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct uf_holder holders[2] = {{.how = UF_HOLD_CWD}, {.how = UF_HOLD_ROOT}};

	if (!task || task->tgid != task->pid) /* threads share them, as a rule */
		return 0;
	holders[0].tgid = task->tgid;
	holders[1].tgid = task->tgid;
	holders[0].dentry = (u64)BPF_CORE_READ(task, fs, pwd.dentry);
	holders[1].dentry = (u64)BPF_CORE_READ(task, fs, root.dentry);
	bpf_seq_write(ctx->meta->seq, holders, sizeof(holders));
	return 0;
}

/* 5.12 and later ("bpf: Introduce task_vma bpf_iter", 3d5bb57e6c5f). */
SEC("?iter/task_vma")
int mappings(struct bpf_iter__task_vma *ctx)
{
	struct task_struct *task = ctx->task;
	struct vm_area_struct *vma = ctx->vma;
	struct uf_holder holder = {.how = UF_HOLD_MAPPED};
	struct file *file;

	if (!task || !vma)
		return 0;
	file = BPF_CORE_READ(vma, vm_file);
	if (!file)
		return 0;
	holder.tgid = task->tgid;
	holder.dentry = (u64)BPF_CORE_READ(file, f_path.dentry);
	bpf_seq_write(ctx->meta->seq, &holder, sizeof(holder));
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
