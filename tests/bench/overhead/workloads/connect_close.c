/* SPDX-License-Identifier: BSD-2-Clause */
/* connect_close [SECONDS]: a TCP connection over 127.0.0.1 is made, accepted and closed on both
 * sides. The client resets it: with FIN each would leave a TIME-WAIT, and ports would run out. */
#include "bench.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

struct server {
	int listener;
	struct sockaddr_in address;
};

static void op(void *arg, unsigned long i)
{
	static const struct linger reset = {.l_onoff = 1, .l_linger = 0};
	struct server *server = arg;
	int client = socket(AF_INET, SOCK_STREAM, 0);
	int accepted;

	(void)i;
	if (client < 0)
		bench_die("socket");
	if (connect(client, (struct sockaddr *)&server->address, sizeof(server->address)))
		bench_die("connect");
	accepted = accept(server->listener, NULL, NULL);
	if (accepted < 0)
		bench_die("accept");
	if (setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)))
		bench_die("SO_LINGER");
	close(client);
	close(accepted);
}

int main(int argc, char **argv)
{
	struct server server = {
		.address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}};
	const struct bench_workload workload = {.op = op, .arg = &server};
	socklen_t length = sizeof(server.address);

	server.listener = socket(AF_INET, SOCK_STREAM, 0);
	if (server.listener < 0)
		bench_die("socket");
	if (bind(server.listener, (struct sockaddr *)&server.address, length) ||
	    listen(server.listener, 16) ||
	    getsockname(server.listener, (struct sockaddr *)&server.address, &length))
		bench_die("listen on 127.0.0.1");
	bench_wait_go();
	bench_run(&workload, bench_number(argc, argv, 1, 1));
	return 0;
}
