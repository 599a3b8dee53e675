/* SPDX-License-Identifier: BSD-2-Clause */
/* Opens UDP sockets by 2 000 call paths in turn, some 500 a second; each is closed when its path
 * has its turn again. */
#include "churn.h"
#include "testprog.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

enum { PATHS = 2000, DEPTH = 11 };

static int held[PATHS];

static int by_one(unsigned long path, int depth);

/* The bits of the path choose which of the two functions calls at each level. */
static TESTPROG_FN int by_zero(unsigned long path, int depth)
{
	if (depth == 0)
		return testprog_check(socket(AF_INET, SOCK_DGRAM, 0), "socket");
	return (path & 1 ? by_one : by_zero)(path >> 1, depth - 1);
}

static TESTPROG_FN int by_one(unsigned long path, int depth)
{
	if (depth == 0)
		return testprog_check(socket(AF_INET, SOCK_DGRAM, 0), "socket");
	return (path & 1 ? by_one : by_zero)(path >> 1, depth - 1);
}

static void begin(void)
{
	const struct rlimit limit = {PATHS + 64, PATHS + 64};
	struct rlimit now;

	testprog_check(getrlimit(RLIMIT_NOFILE, &now), "getrlimit");
	if (now.rlim_cur < limit.rlim_cur)
		testprog_check(setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
}

static void churn(unsigned long i)
{
	const struct timespec pause = {.tv_nsec = 40000000};
	int *mine = &held[i % PATHS];

	if (i >= PATHS)
		testprog_close(*mine);
	*mine = by_zero(i % PATHS, DEPTH);
	if (i % 20 == 0)
		nanosleep(&pause, 0);
}

static void finish(void)
{
	for (int i = 0; i < PATHS; i++)
		if (held[i] > 0)
			testprog_close(held[i]);
}

int main(int argc, char **argv)
{
	static const struct testprog prog = {
		.what = "paths",
		.positional = "N",
		.begin = begin,
		.churn = churn,
		.finish = finish,
	};

	return testprog_main(&prog, argc, argv);
}
