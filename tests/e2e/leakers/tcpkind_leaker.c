/* SPDX-License-Identifier: BSD-2-Clause */
/* Leaks N TCP connections in one state of their end, --kind says which. Both ends are this
 * process's own; README.md says what becomes of each. */
#include "testprog.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static const char *kind_name = "half-closed";
static struct sockaddr_in listen_addr;
static int listen_fd;

/* Makes the connection and leaves its ends in `client` and `server`. */
static TESTPROG_FN void open_connection(unsigned long i, int *client, int *server)
{
	*client = testprog_connect(&listen_addr, i);
	*server = testprog_check(accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC), "accept4");
}

/* FIN_WAIT2 and CLOSE_WAIT, both open. */
static TESTPROG_FN void leak_half_closed(unsigned long i)
{
	int client, server;

	open_connection(i, &client, &server);
	testprog_check(shutdown(client, SHUT_WR), "shutdown");
	testprog_wait_tcp_state(server, TCP_CLOSE_WAIT);
	testprog_wait_tcp_state(client, TCP_FIN_WAIT2);
}

/* CLOSE: the peer has reset it, the descriptor stays. The other end is gone. */
static TESTPROG_FN void leak_reset(unsigned long i)
{
	int client, server;

	open_connection(i, &client, &server);
	testprog_reset_on_close(client);
	testprog_close(client);
	testprog_wait_tcp_state(server, TCP_CLOSE);
}

/* Closed in FIN_WAIT2; only with a long TCP_LINGER2 the kernel keeps the socket itself, for a
 * minute. The other end is in CLOSE_WAIT, open. */
static TESTPROG_FN void leak_fin_wait2(unsigned long i)
{
	int client, server, seconds = 120, on = 1;
	char byte;

	open_connection(i, &client, &server);
	testprog_check(setsockopt(client, IPPROTO_TCP, TCP_LINGER2, &seconds, sizeof(seconds)),
		       "TCP_LINGER2");
	testprog_check(shutdown(client, SHUT_WR), "shutdown");
	testprog_wait_tcp_state(server, TCP_CLOSE_WAIT);
	/* The end of file must be read before TCP_QUICKACK sends the ACK. */
	if (recv(server, &byte, 1, 0) != 0)
		testprog_die("connection %lu has no end of file", i);
	testprog_check(setsockopt(server, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on)),
		       "TCP_QUICKACK");
	testprog_wait_tcp_state(client, TCP_FIN_WAIT2);
	testprog_close(client);
}

static void fill(int fd)
{
	static char data[65536];

	while (send(fd, data, sizeof(data), MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
		;
	if (errno != EAGAIN)
		testprog_die("send: %s", strerror(errno));
}

static void open_full(unsigned long i, int *client, int *server)
{
	int bytes = 100000;

	open_connection(i, client, server);
	testprog_check(setsockopt(*client, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes)),
		       "SO_SNDBUF");
	fill(*client);
}

/* Both open: one does not read, the other one cannot send. */
static TESTPROG_FN void leak_full(unsigned long i)
{
	int client, server;

	open_full(i, &client, &server);
}

/* Closed in FIN_WAIT1 with data that the other end, which is open, does not read. */
static TESTPROG_FN void leak_unsent(unsigned long i)
{
	int client, server;

	open_full(i, &client, &server);
	testprog_close(client);
}

/* One end is open, the other waits in the queue of the listener. */
static TESTPROG_FN void leak_unaccepted(unsigned long i)
{
	testprog_connect(&listen_addr, i);
}

static TESTPROG_FN void leak_listener(unsigned long i)
{
	struct sockaddr_in addr;

	(void)i;
	testprog_listen(&addr);
}

static const struct {
	const char *name;
	void (*leak)(unsigned long i);
	bool keeps_listener;
} kinds[] = {
	{"half-closed", leak_half_closed, false}, {"reset", leak_reset, false},
	{"fin-wait-2", leak_fin_wait2, false},	  {"full", leak_full, false},
	{"unsent", leak_unsent, false},		  {"unaccepted", leak_unaccepted, true},
	{"listener", leak_listener, false},
};

static unsigned int chosen(void)
{
	unsigned int k;

	for (k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
		if (strcmp(kind_name, kinds[k].name) == 0)
			return k;
	testprog_die("unknown --kind: %s", kind_name);
}

static void begin(void)
{
	testprog_need_loopback();
	listen_fd = testprog_listen(&listen_addr);
}

static void leak_one(unsigned long i)
{
	kinds[chosen()].leak(i);
}

/* Ends by a reset, which leaves no TIME_WAIT behind. */
static void use_one(unsigned long i)
{
	int client, server;

	if (kinds[chosen()].keeps_listener)
		return; /* accept() would take one that is to stay */
	open_connection(i, &client, &server);
	testprog_reset_on_close(client);
	testprog_close(client);
	testprog_wait_tcp_state(server, TCP_CLOSE);
	testprog_close(server);
}

static void finish(void)
{
	if (!kinds[chosen()].keeps_listener)
		testprog_close(listen_fd);
}

int main(int argc, char **argv)
{
	static const struct testprog_option options[] = {
		{.name = "kind", .value = &kind_name},
		{0},
	};
	static const struct testprog prog = {
		.what = "tcpkind",
		.positional = "N",
		.options = options,
		.fds_each = 2,
		.begin = begin,
		.leak = leak_one,
		.use = use_one,
		.finish = finish,
	};

	return testprog_main(&prog, argc, argv);
}
