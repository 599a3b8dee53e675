/* SPDX-License-Identifier: BSD-2-Clause */
/* compile_loop SECONDS SOURCE: compiles a C file with gcc -O0, again and again. */
#include "bench.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static void op(void *arg, unsigned long i)
{
	char *argv[] = {"gcc", "-O0", "-w", "-c", "-o", "/dev/null", arg, NULL};
	int status;
	pid_t pid;

	(void)i;
	errno = posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ);
	if (errno)
		bench_die("gcc");
	if (waitpid(pid, &status, 0) != pid)
		bench_die("waitpid");
	if (status) {
		fputs("gcc failed\n", stderr);
		_exit(1);
	}
}

int main(int argc, char **argv)
{
	struct bench_workload workload = {.op = op, .with_children = 1, .chunk_seconds = 1e-9};

	if (argc != 3) {
		fputs("usage: compile_loop SECONDS SOURCE\n", stderr);
		return 2;
	}
	workload.arg = argv[2];
	bench_wait_go();
	bench_run(&workload, bench_number(argc, argv, 1, 1));
	return 0;
}
