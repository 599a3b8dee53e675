/* SPDX-License-Identifier: BSD-2-Clause */
/* Leaks N UDP sockets in a child that inherited them: the parent, which made them, has closed its
 * own descriptors. The child ends with the parent. */
#include "testprog.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int *fds;
static unsigned long count;

static TESTPROG_FN void leak_inherited(unsigned long i)
{
	(void)i;
	fds[count++] = testprog_check(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");
}

static void use_one(unsigned long i)
{
	(void)i;
	testprog_close(testprog_check(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"));
}

static void begin(void)
{
	count = 0;
	fds = calloc(testprog_args.n, sizeof(*fds));
	if (!fds)
		testprog_die("no memory");
}

static void finish(void)
{
	pid_t parent = getpid();

	if (testprog_check(fork(), "fork") == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(0);
		for (;;)
			pause();
	}
	while (count)
		testprog_close(fds[--count]);
	free(fds);
}

int main(int argc, char **argv)
{
	static const struct testprog prog = {
		.what = "inherited",
		.positional = "N",
		.fds_each = 1,
		.begin = begin,
		.leak = leak_inherited,
		.use = use_one,
		.finish = finish,
		.no_before = true,
	};

	return testprog_main(&prog, argc, argv);
}
