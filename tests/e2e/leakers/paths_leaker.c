/* SPDX-License-Identifier: BSD-2-Clause */
/* Leaks N UDP sockets, each by a call path of its own (up to 65 536). */
#include "testprog.h"

#include <sys/socket.h>

enum { DEPTH = 16 };

static int by_one(unsigned long path, int depth);

/* The bits of the path choose which of the two functions calls at each level. */
static TESTPROG_FN int by_zero(unsigned long path, int depth)
{
	if (depth == 0)
		return testprog_check(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");
	return (path & 1 ? by_one : by_zero)(path >> 1, depth - 1);
}

static TESTPROG_FN int by_one(unsigned long path, int depth)
{
	if (depth == 0)
		return testprog_check(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");
	return (path & 1 ? by_one : by_zero)(path >> 1, depth - 1);
}

static void leak_by_path(unsigned long i)
{
	by_zero(i, DEPTH);
}

static void use_by_path(unsigned long i)
{
	testprog_close(by_zero(i, DEPTH));
}

int main(int argc, char **argv)
{
	static const struct testprog prog = {
		.what = "paths",
		.positional = "N",
		.fds_each = 1,
		.leak = leak_by_path,
		.use = use_by_path,
	};

	return testprog_main(&prog, argc, argv);
}
