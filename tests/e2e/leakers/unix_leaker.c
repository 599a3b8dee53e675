/* SPDX-License-Identifier: BSD-2-Clause */
/* Leaks N AF_UNIX stream sockets; with --bind-path each also pins the dentry of its path. */
#include "testprog.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const char *bind_dir;

static TESTPROG_FN int open_unix(const char *kind, unsigned long i, struct sockaddr_un *addr)
{
	int fd = testprog_check(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
	int len;

	if (!bind_dir)
		return fd;
	*addr = (struct sockaddr_un){.sun_family = AF_UNIX};
	len = snprintf(addr->sun_path, sizeof(addr->sun_path), "%s/%s.%d.%lu", bind_dir, kind,
		       (int)getpid(), i);
	if (len >= (int)sizeof(addr->sun_path))
		testprog_die("--bind-path is too long: %s", bind_dir);
	testprog_check(bind(fd, (struct sockaddr *)addr, sizeof(*addr)), addr->sun_path);
	return fd;
}

/* The path stays in the directory: who gave the directory removes it. */
static TESTPROG_FN void leak_unix(unsigned long i)
{
	struct sockaddr_un addr;

	open_unix("leaked", i, &addr);
}

static TESTPROG_FN void use_unix(unsigned long i)
{
	struct sockaddr_un addr;
	int fd = open_unix("used", i, &addr);

	/* Unlinked while the socket holds it: the dentry goes too, none stays as a negative one. */
	if (bind_dir)
		testprog_check(unlink(addr.sun_path), addr.sun_path);
	testprog_close(fd);
}

int main(int argc, char **argv)
{
	static const struct testprog_option options[] = {
		{.name = "bind-path", .value = &bind_dir},
		{0},
	};
	static const struct testprog prog = {
		.what = "unix",
		.positional = "N",
		.options = options,
		.fds_each = 1,
		.leak = leak_unix,
		.use = use_unix,
	};

	return testprog_main(&prog, argc, argv);
}
