/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * heir_leaker pid|exec N PROGRAM [ARGUMENT...]: leaks N TCP sockets, then PROGRAM has their number.
 *
 * pid: a child leaks them, leaves them to a child of its own, and ends; PROGRAM runs as a new
 * process that is given its number. exec: the leaking process itself runs PROGRAM.
 */
#include "testprog.h"

#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* How long a host-wide trace takes to have seen them: it looks once a second. */
#define SEEN_S 3

static TESTPROG_FN void former_leaks(unsigned long n)
{
	for (unsigned long i = 0; i < n; i++)
		testprog_check(socket(AF_INET, SOCK_STREAM, 0), "socket");
}

/* A fork; the child has this number, if it is not 0. */
static pid_t fork_as(pid_t number)
{
	struct clone_args args = {
		.exit_signal = SIGCHLD,
		.set_tid = number ? (uintptr_t)&number : 0,
		.set_tid_size = number != 0,
	};

	return syscall(SYS_clone3, &args, sizeof(args));
}

static void leak_and_leave_it(unsigned long n)
{
	former_leaks(n);
	sleep(SEEN_S);
	if (testprog_check(fork(), "fork") == 0) {
		prctl(PR_SET_PDEATHSIG, 0);
		alarm(60); /* nobody waits for it */
		pause();
	}
	_exit(0);
}

int main(int argc, char **argv)
{
	unsigned long n;
	pid_t former, heir;

	if (argc < 4)
		testprog_die("usage: heir_leaker pid|exec N PROGRAM [ARGUMENT...]");
	n = testprog_number(argv[2], "N");
	signal(SIGTERM, SIG_DFL);
	if (!strcmp(argv[1], "exec")) {
		former_leaks(n);
		printf("leaked former %lu pid %d\n", n, getpid());
		fflush(stdout);
		sleep(SEEN_S);
		execv(argv[3], argv + 3);
		testprog_die("execv %s: %s", argv[3], strerror(errno));
	}
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	former = testprog_check(fork_as(0), "clone3");
	if (former == 0)
		leak_and_leave_it(n);
	testprog_check(waitpid(former, NULL, 0), "waitpid");
	/* Somebody may have been given it by chance. */
	do {
		heir = fork_as(former);
	} while (heir < 0 && errno == EEXIST && usleep(100000) == 0);
	testprog_check(heir, "clone3 with set_tid");
	if (heir != 0) {
		printf("heir pid %d\n", heir);
		fflush(stdout);
	}
	if (heir == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execv(argv[3], argv + 3);
		testprog_die("execv %s: %s", argv[3], strerror(errno));
	}
	waitpid(heir, NULL, 0);
	return 0;
}
