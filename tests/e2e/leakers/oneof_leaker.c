/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes N TCP sockets (or eventfds, timerfds) by one and the same call path and closes all but M.
 */
#include "testprog.h"

#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>

static const char *kind = "tcp";

static TESTPROG_FN int open_one_of_many(void)
{
	if (strcmp(kind, "eventfd") == 0)
		return testprog_check(eventfd(0, EFD_CLOEXEC), "eventfd");
	if (strcmp(kind, "timerfd") == 0)
		return testprog_check(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC),
				      "timerfd_create");
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

	if (strcmp(kind, "tcp") && strcmp(kind, "eventfd") && strcmp(kind, "timerfd"))
		testprog_die("--kind is tcp, eventfd or timerfd, not %s", kind);
	if (testprog_args.m > testprog_args.n || (testprog_args.before && !testprog_args.m))
		testprog_die("M must not exceed N, nor be 0 with --before");
	for (j = 0; testprog_args.m == 0 && j < testprog_args.n; j++)
		testprog_close(open_one_of_many());
}

int main(int argc, char **argv)
{
	static const struct testprog_option options[] = {{.name = "kind", .value = &kind}, {0}};
	static const struct testprog prog = {
		.what = "oneof",
		.positional = "N M",
		.options = options,
		.fds_each = 1,
		.begin = begin,
		.leak = leak_one_of_many,
	};

	return testprog_main(&prog, argc, argv);
}
