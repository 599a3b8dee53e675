/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes N TCP sockets through one and the same call path and closes all but M: leaks M. */
#include "testprog.h"

#include <sys/socket.h>

static TESTPROG_FN int open_one_of_many(void)
{
	return testprog_check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
}

/* The i-th leak has its share of N: one of them stays, in another place each time. */
static TESTPROG_FN void leak_one_of_many(unsigned long i)
{
	unsigned long n = testprog_args.n, m = testprog_args.m, j;
	unsigned long share = n * (i + 1) / m - n * i / m;
	unsigned long keep = i % share;

	for (j = 0; j < share; j++) {
		int fd = open_one_of_many();

		if (j != keep)
			testprog_close(fd);
	}
}

static void begin(void)
{
	unsigned long j;

	if (testprog_args.m > testprog_args.n || (testprog_args.before && !testprog_args.m))
		testprog_die("M must not exceed N, nor be 0 with --before");
	for (j = 0; testprog_args.m == 0 && j < testprog_args.n; j++)
		testprog_close(open_one_of_many());
}

int main(int argc, char **argv)
{
	static const struct testprog prog = {
		.what = "oneof",
		.positional = "N M",
		.fds_each = 1,
		.begin = begin,
		.leak = leak_one_of_many,
	};

	return testprog_main(&prog, argc, argv);
}
