/* SPDX-License-Identifier: BSD-2-Clause */
/* Leaks N timerfds (struct timerfd_ctx + file), none of them armed. */
#include "testprog.h"

#include <sys/timerfd.h>
#include <time.h>

static TESTPROG_FN int open_timerfd(void)
{
	return testprog_check(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC), "timerfd_create");
}

static TESTPROG_FN void leak_timerfd(unsigned long i)
{
	(void)i;
	open_timerfd();
}

static TESTPROG_FN void use_timerfd(unsigned long i)
{
	(void)i;
	testprog_close(open_timerfd());
}

int main(int argc, char **argv)
{
	static const struct testprog prog = {
		.what = "timerfd",
		.positional = "N",
		.fds_each = 1,
		.leak = leak_timerfd,
		.use = use_timerfd,
	};

	return testprog_main(&prog, argc, argv);
}
