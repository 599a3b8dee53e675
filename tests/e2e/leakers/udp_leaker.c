/* SPDX-License-Identifier: BSD-2-Clause */
/* Leaks N UDP sockets, unbound or (--bind) bound to a loopback port of their own. */
#include "testprog.h"

#include <arpa/inet.h>
#include <sys/socket.h>

static bool bound;

static TESTPROG_FN int open_udp(void)
{
	int fd = testprog_check(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");
	struct sockaddr_in addr = {.sin_family = AF_INET};

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bound)
		testprog_check(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), "bind");
	return fd;
}

static TESTPROG_FN void leak_udp(unsigned long i)
{
	(void)i;
	open_udp();
}

static TESTPROG_FN void use_udp(unsigned long i)
{
	(void)i;
	testprog_close(open_udp());
}

static void begin(void)
{
	if (bound)
		testprog_need_loopback();
}

int main(int argc, char **argv)
{
	static const struct testprog_option options[] = {{.name = "bind", .flag = &bound}, {0}};
	static const struct testprog prog = {
		.what = "udp",
		.positional = "N",
		.options = options,
		.fds_each = 1,
		.begin = begin,
		.leak = leak_udp,
		.use = use_udp,
	};

	return testprog_main(&prog, argc, argv);
}
