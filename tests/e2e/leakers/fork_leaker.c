/* SPDX-License-Identifier: BSD-2-Clause */
/* A child leaks N TCP sockets (the line has its pid); the parent makes some and leaks none. */
#include "testprog.h"

#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *parent_does = "wait";

static TESTPROG_FN int open_tcp(void)
{
	return testprog_check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
}

static TESTPROG_FN void leak_in_child(unsigned long i)
{
	(void)i;
	open_tcp();
}

static TESTPROG_FN void use_tcp(unsigned long i)
{
	(void)i;
	testprog_close(open_tcp());
}

/* The test knows the parent's pid: a SIGTERM for it is for the child's hold. */
static int wait_for_child(pid_t child)
{
	sigset_t set;
	int status, sig;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGCHLD);
	while (testprog_check(waitpid(child, &status, WNOHANG), "waitpid") == 0) {
		sigwait(&set, &sig);
		if (sig == SIGTERM)
			kill(child, SIGTERM);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 0; /* --end may well be a signal */
}

int main(int argc, char **argv)
{
	static const struct testprog_option options[] = {
		{.name = "parent", .value = &parent_does}, /* wait, or exit: before the child */
		{0},
	};
	static const struct testprog prog = {
		.what = "fork",
		.positional = "N",
		.options = options,
		.fds_each = 1,
		.leak = leak_in_child,
		.use = use_tcp,
		.no_before = true, /* the parent would have to leak */
	};
	unsigned long i;
	pid_t child;

	testprog_parse(&prog, argc, argv);
	if (strcmp(parent_does, "wait") != 0 && strcmp(parent_does, "exit") != 0)
		testprog_die("--parent is wait or exit, not %s", parent_does);
	testprog_wait_start(&prog);
	testprog_block(SIGTERM);
	testprog_block(SIGCHLD);
	child = testprog_check(fork(), "fork");
	if (child == 0) {
		testprog_leak_batch(&prog, 0, testprog_args.n);
		testprog_report(&prog);
		testprog_hold();
		return testprog_end();
	}
	for (i = 0; i < testprog_args.n * testprog_args.balanced; i++)
		use_tcp(i);
	return strcmp(parent_does, "exit") == 0 ? 0 : wait_for_child(child);
}
