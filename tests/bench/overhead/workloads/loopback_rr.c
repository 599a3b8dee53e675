/* SPDX-License-Identifier: BSD-2-Clause */
/* loopback_rr [SECONDS]: a request of 64 bytes and an answer of 512 over one TCP connection on
 * 127.0.0.1, between two threads of one CPU (a wake-up of the other CPU would drown the rest). */
#include "bench.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUEST 64
#define ANSWER	512

static void receive(int fd, size_t bytes)
{
	char buffer[ANSWER];

	if (recv(fd, buffer, bytes, MSG_WAITALL) != (ssize_t)bytes)
		bench_die("recv");
}

static void *serve(void *arg)
{
	int fd = *(int *)arg;
	char buffer[ANSWER] = {0};

	for (;;) {
		if (recv(fd, buffer, REQUEST, MSG_WAITALL) != REQUEST)
			return NULL;
		if (send(fd, buffer, ANSWER, MSG_NOSIGNAL) != ANSWER)
			return NULL;
	}
}

static void op(void *arg, unsigned long i)
{
	static const char request[REQUEST];
	int fd = *(int *)arg;

	(void)i;
	if (send(fd, request, REQUEST, MSG_NOSIGNAL) != REQUEST)
		bench_die("send");
	receive(fd, ANSWER);
}

static void connect_pair(int *client, int *server)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	int one = 1;

	*client = socket(AF_INET, SOCK_STREAM, 0);
	if (listener < 0 || *client < 0)
		bench_die("socket");
	if (bind(listener, (struct sockaddr *)&address, length) || listen(listener, 1) ||
	    getsockname(listener, (struct sockaddr *)&address, &length))
		bench_die("listen on 127.0.0.1");
	if (connect(*client, (struct sockaddr *)&address, length))
		bench_die("connect");
	*server = accept(listener, NULL, NULL);
	if (*server < 0)
		bench_die("accept");
	close(listener);
	setsockopt(*client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(*server, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

static void stay_on_this_cpu(void)
{
	int cpu = sched_getcpu();
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu < 0 ? 0 : cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		bench_die("sched_setaffinity");
}

int main(int argc, char **argv)
{
	int client, server;
	const struct bench_workload workload = {.op = op, .arg = &client};
	pthread_t thread;

	bench_wait_go();
	stay_on_this_cpu();
	connect_pair(&client, &server);
	if (pthread_create(&thread, NULL, serve, &server))
		bench_die("pthread_create");
	bench_run(&workload, bench_number(argc, argv, 1, 1));
	shutdown(client, SHUT_RDWR);
	pthread_join(thread, NULL);
	return 0;
}
