// SPDX-License-Identifier: GPL-2.0-only
/* References that are taken and never put, and a socket whose memory account is wrong. */
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/in.h>
#include <linux/namei.h>
#include <linux/net.h>
#include <linux/string.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "leaky.h"

int leak_sock(char **args)
{
	bool tcp = args[0] && !strcmp(args[0], "tcp");
	struct socket *socket;
	int error;

	if (args[0] && !tcp)
		return -EINVAL;
	error = sock_create_kern(&init_net, AF_INET, tcp ? SOCK_STREAM : SOCK_DGRAM, 0, &socket);
	if (error)
		return error;
	sock_hold(socket->sk);
	remember("sock", 1, socket->sk);
	sock_release(socket);
	return 0;
}

/* Less than a page, or the kernel gives whole pages back to the protocol's account before it looks. */
int corrupt_sockmem(char **args)
{
	unsigned int bytes = 1;
	struct socket *socket;
	int error = args[0] ? parse_number(args[0], &bytes) : 0;

	if (!error && bytes >= PAGE_SIZE)
		error = -ERANGE;
	if (!error)
		error = sock_create_kern(&init_net, AF_INET, SOCK_STREAM, IPPROTO_TCP, &socket);
	if (error)
		return error;
	lock_sock(socket->sk);
	socket->sk->sk_forward_alloc += bytes;
	release_sock(socket->sk);
	remember("sockmem", bytes, socket->sk);
	sock_release(socket);
	return 0;
}

int leak_dentry(char **args)
{
	struct path path;
	int error = kern_path(args[0], LOOKUP_FOLLOW, &path);

	if (error)
		return error;
	dget(path.dentry);
	remember("dentry", 1, path.dentry);
	path_put(&path);
	return 0;
}

int leak_file(char **args)
{
	struct file *file = filp_open(args[0], O_RDONLY, 0);

	if (IS_ERR(file))
		return PTR_ERR(file);
	remember("file", 1, file);
	return 0;
}
