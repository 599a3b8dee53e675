/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes N sockets (TCP and bound UDP), forks, and the child closes its copies while the parent
 * waits and closes its own; with --parent-exits the parent ends first, its sockets open, and the
 * child, the last holder, closes them all in good order: a daemon that changes places. Leaks
 * nothing.
 */
#include "testprog.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static bool parent_exits;
static int *fds;

static void make_sockets(void)
{
	struct sockaddr_in any = {.sin_family = AF_INET};

	fds = calloc(testprog_args.n, sizeof(*fds));
	if (!fds)
		testprog_die("out of memory");
	for (unsigned long i = 0; i < testprog_args.n; i++) {
		fds[i] = testprog_check(socket(AF_INET, i % 2 ? SOCK_DGRAM : SOCK_STREAM, 0),
					"socket");
		if (i % 2)
			testprog_check(bind(fds[i], (struct sockaddr *)&any, sizeof(any)), "bind");
	}
}

static void close_sockets(void)
{
	for (unsigned long i = 0; i < testprog_args.n; i++)
		testprog_close(fds[i]);
}

int main(int argc, char **argv)
{
	static const struct testprog_option options[] = {
		{.name = "parent-exits", .flag = &parent_exits}, {0}};
	static const struct testprog prog = {
		.what = "inherit",
		.positional = "N",
		.options = options,
		.fds_each = 1,
	};
	int pipe_fds[2];
	char byte;
	pid_t child;

	testprog_parse(&prog, argc, argv);
	make_sockets();
	testprog_check(pipe(pipe_fds), "pipe");
	child = testprog_check(fork(), "fork");
	if (child == 0) {
		testprog_close(pipe_fds[1]);
		/* ends when the parent closes its end, or is gone */
		if (parent_exits && read(pipe_fds[0], &byte, 1) != 0)
			_exit(1);
		if (parent_exits)
			usleep(200 * 1000);
		close_sockets();
		/* Outlive the grace period, so that its own exit frees nothing. */
		usleep(200 * 1000);
		_exit(0);
	}
	if (parent_exits)
		_exit(0);
	testprog_check(waitpid(child, NULL, 0), "waitpid");
	close_sockets();
	testprog_report(&prog);
	return 0;
}
