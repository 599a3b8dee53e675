/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sets up io_uring instances, submits no-ops, reads, opens, accepts, timers and polls, and takes
 * the instances down with some of it in flight, N times; leaks nothing. Requests come from bulk
 * allocations. Where the kernel has no io_uring it says so and is done at once.
 */
#include "testprog.h"
#include "uring.h"

#include <fcntl.h>
#include <linux/time_types.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/poll.h>
#include <sys/socket.h>

#define RING_SIZE 64
#define ROUNDS	  20

static struct sockaddr_in listen_addr;
static int listen_fd, idle_fd, zero_fd; /* nobody connects to idle_fd */

static void begin(void)
{
	struct uring ring;
	const char *why = uring_open(&ring, RING_SIZE);

	if (why) {
		printf("done io_uring 0: the kernel gives none (%s)\n", why);
		exit(0);
	}
	uring_close(&ring);
	testprog_need_loopback();
	idle_fd = testprog_listen(&listen_addr);
	listen_fd = testprog_listen(&listen_addr);
	zero_fd = testprog_check(open("/dev/zero", O_RDONLY | O_CLOEXEC), "/dev/zero");
}

/* The kernel's thread pool opens the file; what it is may not matter. */
static void open_by_ring(struct uring *ring)
{
	struct io_uring_sqe *entry = uring_add(ring, IORING_OP_OPENAT, AT_FDCWD);

	entry->addr = (unsigned long)"/dev/null";
	entry->open_flags = O_RDONLY | O_CLOEXEC | O_DIRECTORY; /* fails, after the look-up */
	entry->flags = IOSQE_ASYNC;
}

static void one_round(struct uring *ring, unsigned long i)
{
	static char bytes[512];
	unsigned int n;

	for (n = 0; n < 32; n++)
		uring_add(ring, IORING_OP_NOP, -1);
	for (n = 0; n < 8; n++) {
		struct io_uring_sqe *entry = uring_add(ring, IORING_OP_READ, zero_fd);

		entry->addr = (unsigned long)bytes;
		entry->len = sizeof(bytes);
		entry->flags = i & 1 ? IOSQE_ASYNC : 0;
	}
	open_by_ring(ring);
	uring_submit(ring, 41);
}

static void accept_by_ring(struct uring *ring, unsigned long i)
{
	int client, server;

	uring_add(ring, IORING_OP_ACCEPT, listen_fd);
	uring_submit(ring, 0);
	client = testprog_connect(&listen_addr, i);
	testprog_reset_on_close(client);
	server = uring_submit(ring, 1);
	if (server < 0)
		testprog_die("accept by io_uring: %s", strerror(-server));
	testprog_close(client);
	testprog_close(server);
}

static void churn(unsigned long i)
{
	int event = testprog_check(eventfd(0, EFD_CLOEXEC), "eventfd");
	const struct __kernel_timespec hour = {.tv_sec = 3600};
	struct io_uring_sqe *entry;
	struct uring ring;
	unsigned long round;

	if (uring_open(&ring, RING_SIZE))
		testprog_die("no further io_uring");
	for (round = 0; round < ROUNDS; round++)
		one_round(&ring, round);
	accept_by_ring(&ring, i);
	/* In flight when the instance goes: a poll, a timer and an accept. */
	entry = uring_add(&ring, IORING_OP_POLL_ADD, event);
	entry->poll32_events = POLLIN;
	entry = uring_add(&ring, IORING_OP_TIMEOUT, -1);
	entry->addr = (unsigned long)&hour;
	entry->len = 1;
	uring_add(&ring, IORING_OP_ACCEPT, idle_fd);
	uring_submit(&ring, 0);
	uring_close(&ring);
	testprog_close(event);
}

static void finish(void)
{
	testprog_close(zero_fd);
	testprog_close(listen_fd);
	testprog_close(idle_fd);
}

int main(int argc, char **argv)
{
	static const struct testprog prog = {
		.what = "io_uring",
		.positional = "N",
		.begin = begin,
		.churn = churn,
		.finish = finish,
	};

	return testprog_main(&prog, argc, argv);
}
