/* SPDX-License-Identifier: BSD-2-Clause */
/* Leaks N pipes, both ends of each (struct pipe_inode_info + its buffer array, two files). */
#include "testprog.h"

#include <fcntl.h>
#include <unistd.h>

static TESTPROG_FN void open_pipe(int end[2])
{
	testprog_check(pipe2(end, O_CLOEXEC), "pipe2");
}

static TESTPROG_FN void leak_pipe(unsigned long i)
{
	int end[2];

	(void)i;
	open_pipe(end);
}

static TESTPROG_FN void use_pipe(unsigned long i)
{
	int end[2];

	open_pipe(end);
	testprog_close(end[i & 1]);
	testprog_close(end[!(i & 1)]);
}

int main(int argc, char **argv)
{
	static const struct testprog prog = {
		.what = "pipe",
		.positional = "N",
		.fds_each = 2,
		.leak = leak_pipe,
		.use = use_pipe,
	};

	return testprog_main(&prog, argc, argv);
}
