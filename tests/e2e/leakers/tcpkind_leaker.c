/* SPDX-License-Identifier: BSD-2-Clause */
/* Leaks N TCP connections in one state of their end, --kind says which. Both ends are this
 * process's own; README.md says what becomes of each. */
#include "testprog.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

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

static void *close_slowly(void *fd)
{
	close((int)(intptr_t)fd); /* the end of the program interrupts it */
	return NULL;
}

/* True: the socket with this address, which has no descriptor any more, is in FIN_WAIT1. */
static bool in_fin_wait1(const struct sockaddr_in *addr)
{
	FILE *table = fopen("/proc/net/tcp", "re");
	unsigned int ip, port, state;
	char line[256];
	bool found = false;

	if (!table)
		testprog_die("/proc/net/tcp: %s", strerror(errno));
	while (!found && fgets(line, sizeof(line), table))
		found = sscanf(line, " %*u: %x:%x %*x:%*x %x", &ip, &port, &state) == 3 &&
			ip == addr->sin_addr.s_addr && port == ntohs(addr->sin_port) &&
			state == TCP_FIN_WAIT1;
	fclose(table);
	return found;
}

/* As unsent, but close() itself waits for the other end, in a thread of its own. */
static TESTPROG_FN void leak_linger(unsigned long i)
{
	struct linger linger = {.l_onoff = 1, .l_linger = 3600};
	const struct timespec moment = {.tv_nsec = 1000000};
	struct sockaddr_in addr;
	socklen_t bytes = sizeof(addr);
	int client, server;
	sigset_t all, before;
	pthread_t thread;

	open_full(i, &client, &server);
	testprog_check(setsockopt(client, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)),
		       "SO_LINGER");
	testprog_check(getsockname(client, (struct sockaddr *)&addr, &bytes), "getsockname");
	sigfillset(&all); /* signals are for the main thread */
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (pthread_create(&thread, NULL, close_slowly, (void *)(intptr_t)client) != 0)
		testprog_die("no thread for connection %lu", i);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	while (!in_fin_wait1(&addr))
		nanosleep(&moment, NULL);
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
	{"unsent", leak_unsent, false},		  {"linger", leak_linger, false},
	{"unaccepted", leak_unaccepted, true},	  {"listener", leak_listener, false},
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
