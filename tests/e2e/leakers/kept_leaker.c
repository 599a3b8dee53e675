/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kept_leaker N --keeper NAME [--once FILE]: makes N TCP sockets, sends them to a keeper, and
 * closes its own: they outlive it. --once: only who makes FILE does, as at the first use of
 * something. kept_leaker keep NAME: a keeper: has the abstract unix address NAME, and all that it
 * is sent.
 */
#include "testprog.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const char *keeper_name;
static const char *once_file;
static int to_keeper = -1;
static bool leaks = true;

/* A message with one descriptor. */
struct parcel {
	struct msghdr message;
	struct iovec data;
	char byte;
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control;
};

static void prepare(struct parcel *parcel)
{
	*parcel = (struct parcel){.byte = 'x'};
	parcel->data = (struct iovec){&parcel->byte, 1};
	parcel->message = (struct msghdr){.msg_iov = &parcel->data,
					  .msg_iovlen = 1,
					  .msg_control = &parcel->control,
					  .msg_controllen = sizeof(parcel->control)};
}

static socklen_t keeper_address(struct sockaddr_un *addr, const char *name)
{
	*addr = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (strlen(name) + 1 > sizeof(addr->sun_path))
		testprog_die("the name of the keeper is too long: %s", name);
	memcpy(addr->sun_path + 1, name, strlen(name));
	return offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name);
}

static int keep(const char *name)
{
	struct rlimit limit;
	struct sockaddr_un addr;
	socklen_t length = keeper_address(&addr, name);
	int fd = testprog_check(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");

	testprog_check(bind(fd, (struct sockaddr *)&addr, length), "bind");
	testprog_check(getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
	limit.rlim_cur = limit.rlim_max;
	testprog_check(setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
	printf("keeping pid=%d\n", (int)getpid());
	fflush(stdout);
	for (;;) {
		struct parcel parcel;

		prepare(&parcel);
		if (recvmsg(fd, &parcel.message, MSG_CMSG_CLOEXEC) < 0 && errno != EINTR)
			testprog_die("recvmsg: %s", strerror(errno));
	}
}

static void begin(void)
{
	struct sockaddr_un addr;
	socklen_t length;

	if (!keeper_name)
		testprog_die("--keeper NAME is missing");
	if (once_file) {
		int fd = open(once_file, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);

		leaks = fd >= 0;
		if (leaks)
			testprog_close(fd);
	}
	length = keeper_address(&addr, keeper_name);
	to_keeper = testprog_check(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");
	testprog_check(connect(to_keeper, (struct sockaddr *)&addr, length), "connect");
}

static void finish(void)
{
	testprog_close(to_keeper);
}

static TESTPROG_FN int open_kept(void)
{
	return testprog_check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
}

static TESTPROG_FN void leak_kept(unsigned long i)
{
	struct parcel parcel;
	int fd;

	(void)i;
	if (!leaks)
		return;
	fd = open_kept();
	prepare(&parcel);
	parcel.control.header.cmsg_len = CMSG_LEN(sizeof(int));
	parcel.control.header.cmsg_level = SOL_SOCKET;
	parcel.control.header.cmsg_type = SCM_RIGHTS;
	memcpy(CMSG_DATA(&parcel.control.header), &fd, sizeof(fd));
	testprog_check((int)sendmsg(to_keeper, &parcel.message, MSG_NOSIGNAL), "sendmsg");
	testprog_close(fd);
}

static TESTPROG_FN void use_kept(unsigned long i)
{
	(void)i;
	testprog_close(open_kept());
}

int main(int argc, char **argv)
{
	static const struct testprog_option options[] = {
		{.name = "keeper", .value = &keeper_name},
		{.name = "once", .value = &once_file},
		{0},
	};
	static const struct testprog prog = {
		.what = "kept",
		.positional = "N",
		.options = options,
		.begin = begin,
		.leak = leak_kept,
		.use = use_kept,
		.finish = finish,
	};

	if (argc == 3 && !strcmp(argv[1], "keep"))
		return keep(argv[2]);
	return testprog_main(&prog, argc, argv);
}
