/* SPDX-License-Identifier: BSD-2-Clause */
/* Leaks N unconnected TCP sockets: socket(AF_INET, SOCK_STREAM) that nobody closes. */
#include "testprog.h"

#include <sys/socket.h>

static TESTPROG_FN int open_tcp(void)
{
	return testprog_check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
}

static TESTPROG_FN void leak_tcp(unsigned long i)
{
	(void)i;
	open_tcp();
}

static TESTPROG_FN void use_tcp(unsigned long i)
{
	(void)i;
	testprog_close(open_tcp());
}

int main(int argc, char **argv)
{
	static const struct testprog prog = {
		.what = "tcp",
		.positional = "N",
		.fds_each = 1,
		.leak = leak_tcp,
		.use = use_tcp,
	};

	return testprog_main(&prog, argc, argv);
}
