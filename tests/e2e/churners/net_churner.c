/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sends TCP and UDP at full speed to a child, N times 64 KiB and 32 datagrams; leaks nothing. Over
 * loopback, or with --veth over a pair of virtual Ethernet devices with NAPI between two network
 * namespaces of its own, as drivers do it: buffers are made and freed in softirq and in bulk.
 */
#include "testprog.h"
#include "veth.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PORT	  4242
#define DATAGRAMS 32
#define HERE	  0x0a090801u /* 10.9.8.1 */
#define THERE	  0x0a090802u

static bool veth;
static int to_parent[2], to_child[2]; /* one byte a step of the setup */
static int stream, datagrams;
static pid_t child;

static void tell(int fd)
{
	testprog_check((int)write(fd, "x", 1), "write to a pipe");
}

static void await(int fd)
{
	char byte;

	if (read(fd, &byte, 1) != 1)
		testprog_die("the other side has ended");
}

static struct sockaddr_in there(void)
{
	struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons(PORT)};

	addr.sin_addr.s_addr = htonl(veth ? THERE : INADDR_LOOPBACK);
	return addr;
}

static int bound(int type)
{
	int fd = testprog_check(socket(AF_INET, type | SOCK_CLOEXEC, 0), "socket");
	struct sockaddr_in addr = there();
	int on = 1;

	testprog_check(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)), "SO_REUSEADDR");
	testprog_check(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), "bind");
	return fd;
}

/* Reads whatever comes, until the stream ends. */
static void sink(int in, int udp)
{
	struct pollfd fds[2] = {{.fd = in, .events = POLLIN}, {.fd = udp, .events = POLLIN}};
	static char bytes[65536];
	ssize_t got = 1;

	while (got > 0) {
		testprog_check(poll(fds, 2, -1), "poll");
		while (recv(udp, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
			;
		if (fds[0].revents)
			got = read(in, bytes, sizeof(bytes));
	}
}

static void __attribute__((noreturn)) run_child(void)
{
	int listener, in, udp;

	if (veth) {
		testprog_check(unshare(CLONE_NEWNET), "unshare");
		tell(to_parent[1]);
		await(to_child[0]);
		veth_up("uf1", THERE);
	}
	listener = bound(SOCK_STREAM);
	udp = bound(SOCK_DGRAM);
	testprog_check(listen(listener, 1), "listen");
	tell(to_parent[1]);
	in = testprog_check(accept4(listener, NULL, NULL, SOCK_CLOEXEC), "accept4");
	sink(in, udp);
	_exit(0);
}

static void set_up_veth(void)
{
	const char *why;

	await(to_parent[0]);
	why = veth_create(child);
	if (why) {
		printf("done net 0: no veth devices (%s)\n", why);
		testprog_close(to_child[1]);
		exit(0);
	}
	veth_up("uf0", HERE);
	tell(to_child[1]);
}

static void begin(void)
{
	struct sockaddr_in addr = there();
	int type;

	if (veth && unshare(CLONE_NEWNET) == -1)
		testprog_die("a network namespace: %s", strerror(errno));
	testprog_need_loopback();
	testprog_check(pipe2(to_parent, 0), "pipe2");
	testprog_check(pipe2(to_child, 0), "pipe2");
	child = testprog_check(fork(), "fork");
	if (child == 0) {
		testprog_close(to_child[1]);
		run_child();
	}
	if (veth)
		set_up_veth();
	await(to_parent[0]);
	stream = testprog_check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
	type = SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK;
	datagrams = testprog_check(socket(AF_INET, type, 0), "socket");
	testprog_check(connect(stream, (struct sockaddr *)&addr, sizeof(addr)), "connect");
	testprog_check(connect(datagrams, (struct sockaddr *)&addr, sizeof(addr)), "connect");
}

static void churn(unsigned long i)
{
	static char bytes[65536];
	size_t sent = 0;
	int n;

	(void)i;
	while (sent < sizeof(bytes))
		sent += (size_t)testprog_check(
			(int)write(stream, bytes + sent, sizeof(bytes) - sent), "write");
	/* A full queue drops: no harm. */
	for (n = 0; n < DATAGRAMS; n++)
		(void)!send(datagrams, bytes, n & 1 ? 32 : 1400, 0);
}

static void finish(void)
{
	int status;

	testprog_close(stream);
	testprog_close(datagrams);
	testprog_check(waitpid(child, &status, 0), "waitpid");
	if (status != 0)
		testprog_die("the child ended with status 0x%x", (unsigned int)status);
}

int main(int argc, char **argv)
{
	static const struct testprog_option options[] = {{.name = "veth", .flag = &veth}, {0}};
	static const struct testprog prog = {
		.what = "net",
		.positional = "N",
		.options = options,
		.begin = begin,
		.churn = churn,
		.finish = finish,
	};

	return testprog_main(&prog, argc, argv);
}
