/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes and closes N sets of event descriptors that watch one another, a thread, a pipe with data
 * and a mapping; leaks nothing. Their ends go through kfree_rcu(), call_rcu() and bulk frees.
 */
#include "testprog.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define PAGES 16

static void watch(int epoll, int fd)
{
	struct epoll_event event = {.events = EPOLLIN};

	testprog_check(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
}

static void churn_events(void)
{
	const struct itimerspec soon = {.it_value = {.tv_nsec = 1000}};
	struct epoll_event event;
	sigset_t none;
	int fds[4], i;

	sigemptyset(&none);
	fds[0] = testprog_check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
	fds[1] = testprog_check(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC), "timerfd_create");
	fds[2] = testprog_check(eventfd(1, EFD_CLOEXEC), "eventfd");
	fds[3] = testprog_check(signalfd(-1, &none, SFD_CLOEXEC), "signalfd");
	testprog_check(timerfd_settime(fds[1], 0, &soon, NULL), "timerfd_settime");
	for (i = 1; i < 4; i++)
		watch(fds[0], fds[i]);
	testprog_check(epoll_wait(fds[0], &event, 1, 10), "epoll_wait");
	/* Half of the watches end with the epoll instance, half with what they watch. */
	testprog_close(fds[1]);
	testprog_close(fds[0]);
	testprog_close(fds[2]);
	testprog_close(fds[3]);
}

static void churn_inotify(void)
{
	int fd = testprog_check(inotify_init1(IN_CLOEXEC), "inotify_init1");

	testprog_check(inotify_add_watch(fd, "/", IN_DELETE_SELF), "inotify_add_watch");
	testprog_close(fd);
}

static void churn_pipe(void)
{
	char bytes[4096];
	int ends[2];

	memset(bytes, 'x', sizeof(bytes));
	testprog_check(pipe2(ends, 0), "pipe2");
	if (write(ends[1], bytes, sizeof(bytes)) != (ssize_t)sizeof(bytes))
		testprog_die("a pipe takes no data");
	testprog_close(ends[0]);
	testprog_close(ends[1]);
}

/* Every second page protected: many vm_area_structs and maple tree nodes, made in bulk. */
static void churn_mappings(void)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *area = mmap(NULL, PAGES * page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t i;

	if (area == MAP_FAILED)
		testprog_die("mmap");
	for (i = 0; i < PAGES; i += 2)
		testprog_check(mprotect(area + i * page, page, PROT_NONE), "mprotect");
	testprog_check(munmap(area, PAGES * page), "munmap");
}

static void *thread(void *nothing)
{
	return nothing;
}

static void churn_thread(void)
{
	pthread_t id;

	if (pthread_create(&id, NULL, thread, NULL) || pthread_join(id, NULL))
		testprog_die("a thread cannot be made");
}

static void churn(unsigned long i)
{
	churn_events();
	churn_pipe();
	churn_mappings();
	if (i % 4 == 0)
		churn_thread();
	if (i % 16 == 0)
		churn_inotify();
}

int main(int argc, char **argv)
{
	static const struct testprog prog = {
		.what = "poll",
		.positional = "N",
		.churn = churn,
	};

	return testprog_main(&prog, argc, argv);
}
