/* SPDX-License-Identifier: BSD-2-Clause */
/* Leaks N epoll instances (struct eventpoll + file), each without a watched file. */
#include "testprog.h"

#include <sys/epoll.h>

static TESTPROG_FN int open_epoll(void)
{
	return testprog_check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
}

static TESTPROG_FN void leak_epoll(unsigned long i)
{
	(void)i;
	open_epoll();
}

static TESTPROG_FN void use_epoll(unsigned long i)
{
	(void)i;
	testprog_close(open_epoll());
}

int main(int argc, char **argv)
{
	static const struct testprog prog = {
		.what = "epoll",
		.positional = "N",
		.fds_each = 1,
		.leak = leak_epoll,
		.use = use_epoll,
	};

	return testprog_main(&prog, argc, argv);
}
