/* SPDX-License-Identifier: BSD-2-Clause */
/* Leaks N eventfds (struct eventfd_ctx + file). */
#include "testprog.h"

#include <sys/eventfd.h>

static TESTPROG_FN int open_eventfd(void)
{
	return testprog_check(eventfd(0, EFD_CLOEXEC), "eventfd");
}

static TESTPROG_FN void leak_eventfd(unsigned long i)
{
	(void)i;
	open_eventfd();
}

static TESTPROG_FN void use_eventfd(unsigned long i)
{
	(void)i;
	testprog_close(open_eventfd());
}

int main(int argc, char **argv)
{
	static const struct testprog prog = {
		.what = "eventfd",
		.positional = "N",
		.fds_each = 1,
		.leak = leak_eventfd,
		.use = use_eventfd,
	};

	return testprog_main(&prog, argc, argv);
}
