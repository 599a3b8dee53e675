/* SPDX-License-Identifier: BSD-2-Clause */
/* Keeps N objects of one kind to its end, where the kernel frees them: in do_exit(), by RCU, by a
 * worker, or when its parent waits for it; of kind socket: which it closes in its last moments.
 * --give-back: makes them and gives each back. */
#include "testprog.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *kind = "timer";
static bool give_back;

static TESTPROG_FN void keep_timer(void)
{
	struct sigevent event = {.sigev_notify = SIGEV_NONE};
	timer_t timer;

	testprog_check(timer_create(CLOCK_MONOTONIC, &event, &timer), "timer_create");
	if (give_back)
		testprog_check(timer_delete(timer), "timer_delete");
}

static TESTPROG_FN void keep_signal(void)
{
	union sigval value = {0};
	sigset_t queued;

	testprog_check(sigqueue(getpid(), SIGRTMIN + 1, value), "sigqueue");
	sigemptyset(&queued);
	sigaddset(&queued, SIGRTMIN + 1);
	if (give_back)
		testprog_check(sigwaitinfo(&queued, NULL), "sigwaitinfo");
}

static TESTPROG_FN void keep_mount(void)
{
	testprog_check(mount("/tmp", "/tmp", NULL, MS_BIND, NULL), "mount");
	if (give_back)
		testprog_check(umount2("/tmp", MNT_DETACH), "umount2");
}

static TESTPROG_FN void keep_zombie(void)
{
	pid_t child = testprog_check(fork(), "fork");

	if (child == 0)
		_exit(0);
	if (give_back)
		testprog_check(waitpid(child, NULL, 0), "waitpid");
}

/* The namespace of a child that has ended, kept by a descriptor. */
static TESTPROG_FN void keep_namespace(int flag, const char *name)
{
	int ready[2], done[2];
	char path[64], byte = 0;
	pid_t child;
	int fd;

	testprog_check(pipe2(ready, O_CLOEXEC), "pipe2");
	testprog_check(pipe2(done, O_CLOEXEC), "pipe2");
	child = testprog_check(fork(), "fork");
	if (child == 0) {
		byte = unshare(flag) ? 1 : 0;
		(void)!write(ready[1], &byte, 1);
		close(done[1]);
		(void)!read(done[0], &byte, 1);
		_exit(0);
	}
	if (read(ready[0], &byte, 1) != 1 || byte)
		testprog_die("unshare of %s", name);
	snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)child, name);
	fd = testprog_check(open(path, O_RDONLY | O_CLOEXEC), path);
	testprog_close(ready[0]);
	testprog_close(ready[1]);
	testprog_close(done[0]);
	testprog_close(done[1]);
	testprog_check(waitpid(child, NULL, 0), "waitpid");
	if (give_back)
		testprog_close(fd);
}

/* Every second page, so that no two of them are joined. */
static TESTPROG_FN void keep_mapping(unsigned long i)
{
	static char *room;
	const size_t page = 4096;

	if (!room)
		room = mmap(NULL, 65536 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (room == MAP_FAILED ||
	    mmap(room + 2 * i * page, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		 0) == MAP_FAILED)
		testprog_die("mmap: %s", strerror(errno));
	if (give_back && mmap(room + 2 * i * page, page, PROT_NONE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
		testprog_die("mmap: %s", strerror(errno));
}

/* What a runtime does at its end, with what the program left open. */
static void close_all(void)
{
	close_range(3, ~0U, 0);
}

static TESTPROG_FN void keep_socket(void)
{
	int fd = testprog_check(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");

	if (give_back)
		testprog_close(fd);
}

static TESTPROG_FN void keep(unsigned long i)
{
	if (strcmp(kind, "timer") == 0)
		keep_timer();
	else if (strcmp(kind, "signal") == 0)
		keep_signal();
	else if (strcmp(kind, "mount") == 0)
		keep_mount();
	else if (strcmp(kind, "zombie") == 0)
		keep_zombie();
	else if (strcmp(kind, "userns") == 0)
		keep_namespace(CLONE_NEWUSER, "user");
	else if (strcmp(kind, "netns") == 0)
		keep_namespace(CLONE_NEWNET, "net");
	else if (strcmp(kind, "mapping") == 0)
		keep_mapping(i);
	else if (strcmp(kind, "socket") == 0)
		keep_socket();
	else
		testprog_die("unknown --kind: %s", kind);
}

static void begin(void)
{
	testprog_block(SIGRTMIN + 1);
	if (strcmp(kind, "socket") == 0)
		atexit(close_all);
	if (strcmp(kind, "mount"))
		return;
	testprog_check(unshare(CLONE_NEWNS), "unshare");
	testprog_check(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL), "mount");
}

int main(int argc, char **argv)
{
	static const struct testprog_option options[] = {
		{.name = "kind", .value = &kind}, {.name = "give-back", .flag = &give_back}, {0}};
	static const struct testprog prog = {
		.what = "ends",
		.positional = "N",
		.options = options,
		.fds_each = 1,
		.begin = begin,
		.leak = keep,
		.no_before = true,
	};

	return testprog_main(&prog, argc, argv);
}
