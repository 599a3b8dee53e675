/* SPDX-License-Identifier: BSD-2-Clause */
/* Leaks N accepted TCP connections: the peer has closed, they stay in CLOSE_WAIT. */
#include "testprog.h"

#include <netinet/tcp.h>
#include <stddef.h>
#include <sys/socket.h>

static struct sockaddr_in listen_addr;
static int listen_fd;

static TESTPROG_FN int accept_one(int *client, unsigned long i)
{
	*client = testprog_connect(&listen_addr, i);
	return testprog_check(accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC), "accept4");
}

/*
 * shutdown() first and close() when the FIN is acknowledged: after a mere close() the client's sock
 * is an orphan until the delayed ACK comes (4 to 40 ms), this way it is freed in close() itself.
 * TCP_QUICKACK sends that ACK at once, but not before the FIN is read out of the receive queue.
 */
static TESTPROG_FN void leak_accepted(unsigned long i)
{
	int client, on = 1;
	char byte;
	int fd = accept_one(&client, i);

	testprog_check(shutdown(client, SHUT_WR), "shutdown");
	testprog_wait_tcp_state(fd, TCP_CLOSE_WAIT);
	if (recv(fd, &byte, 1, 0) != 0)
		testprog_die("connection %lu has no end of file", i);
	testprog_check(setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on)), "TCP_QUICKACK");
	testprog_wait_tcp_state(client, TCP_FIN_WAIT2);
	testprog_close(client);
}

/* Ends by a reset, which leaves no TIME_WAIT behind. */
static TESTPROG_FN void use_accepted(unsigned long i)
{
	int client;
	int fd = accept_one(&client, i);

	testprog_reset_on_close(client);
	testprog_close(client);
	testprog_wait_tcp_state(fd, TCP_CLOSE);
	testprog_close(fd);
}

static void begin(void)
{
	testprog_need_loopback();
	listen_fd = testprog_listen(&listen_addr);
}

static void finish(void)
{
	testprog_close(listen_fd);
}

int main(int argc, char **argv)
{
	static const struct testprog prog = {
		.what = "accepted",
		.positional = "N",
		.fds_each = 1,
		.begin = begin,
		.leak = leak_accepted,
		.use = use_accepted,
		.finish = finish,
	};

	return testprog_main(&prog, argc, argv);
}
