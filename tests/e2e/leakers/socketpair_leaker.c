/* SPDX-License-Identifier: BSD-2-Clause */
/* Leaks one half of each of N socketpairs; the other half is closed. */
#include "testprog.h"

#include <sys/socket.h>

/*
 * What the kernel keeps: N descriptors, N struct file, N struct socket + inode, but 2N struct
 * sock. The open half holds a reference on its peer (unix_peer()), so the sock of the closed half
 * lives on without a file (SOCK_DEAD, sk_socket NULL) until the open half is closed too.
 */
static TESTPROG_FN void open_pair(int half[2])
{
	testprog_check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, half), "socketpair");
}

static TESTPROG_FN void leak_half(unsigned long i)
{
	int half[2];

	open_pair(half);
	testprog_close(half[i & 1]);
}

static TESTPROG_FN void use_pair(unsigned long i)
{
	int half[2];

	open_pair(half);
	testprog_close(half[i & 1]);
	testprog_close(half[!(i & 1)]);
}

int main(int argc, char **argv)
{
	static const struct testprog prog = {
		.what = "socketpair",
		.positional = "N",
		.fds_each = 1,
		.leak = leak_half,
		.use = use_pair,
	};

	return testprog_main(&prog, argc, argv);
}
