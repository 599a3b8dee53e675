/* SPDX-License-Identifier: BSD-2-Clause */
/* Leaks N unix sockets of one kind, --kind says which; README.md has what is left of each. */
#include "testprog.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const char *kind_name = "abstract";
static const char *bind_dir = "/tmp";
static int helper[2] = {-1, -1}; /* what `begin` made for all of them */
static struct sockaddr_un helper_addr;

static struct sockaddr_un path_address(unsigned long i)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int len = snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/unixkind.%d.%lu", bind_dir,
			   (int)getpid(), i);

	if (len >= (int)sizeof(addr.sun_path))
		testprog_die("--dir is too long: %s", bind_dir);
	return addr;
}

static int open_bound(int type, const struct sockaddr_un *addr)
{
	int fd = testprog_check(socket(AF_UNIX, type | SOCK_CLOEXEC, 0), "socket");

	testprog_check(bind(fd, (const struct sockaddr *)addr, sizeof(*addr)), "bind");
	return fd;
}

static TESTPROG_FN void leak_deleted(unsigned long i)
{
	struct sockaddr_un addr = path_address(i);

	open_bound(SOCK_DGRAM, &addr);
	testprog_check(unlink(addr.sun_path), addr.sun_path);
}

static TESTPROG_FN void leak_abstract(unsigned long i)
{
	struct sockaddr_un addr = path_address(i);

	addr.sun_path[0] = '\0';
	open_bound(SOCK_DGRAM, &addr);
}

static TESTPROG_FN void leak_listener(unsigned long i)
{
	struct sockaddr_un addr = path_address(i);

	addr.sun_path[0] = '\0';
	testprog_check(listen(open_bound(SOCK_STREAM, &addr), 8), "listen");
}

/* Sends a socket in a message that nobody receives, and closes its descriptor. */
static void send_away(int fd)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = {.header = {.cmsg_len = CMSG_LEN(sizeof(int)),
				.cmsg_level = SOL_SOCKET,
				.cmsg_type = SCM_RIGHTS}};
	char byte = 'x';
	struct iovec data = {&byte, 1};
	struct msghdr message = {.msg_iov = &data,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof(control)};

	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	testprog_check((int)sendmsg(helper[0], &message, MSG_NOSIGNAL), "sendmsg");
	testprog_close(fd);
}

static TESTPROG_FN void leak_in_flight(unsigned long i)
{
	(void)i;
	send_away(testprog_check(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"));
}

static TESTPROG_FN void leak_udp_in_flight(unsigned long i)
{
	struct sockaddr_in addr = {.sin_family = AF_INET};
	int fd = testprog_check(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");

	(void)i;
	/* With a port it is in a table of the kernel, too. */
	testprog_check(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), "bind");
	send_away(fd);
}

/* The end that is open waits for the other one, which waits for accept(). */
static TESTPROG_FN void leak_unaccepted(unsigned long i)
{
	int fd = testprog_check(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");

	(void)i;
	testprog_check(connect(fd, (struct sockaddr *)&helper_addr, sizeof(helper_addr)),
		       "connect");
}

/* One end has sent what it may, the other does not read. */
static TESTPROG_FN void leak_full(unsigned long i)
{
	static char data[4096];
	int pair[2];

	(void)i;
	testprog_check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), "socketpair");
	while (send(pair[0], data, sizeof(data), MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
		;
	if (errno != EAGAIN)
		testprog_die("send: %s", strerror(errno));
}

/* Connects to DIR/server, which is somebody else's. */
static int open_connected(int type)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd = testprog_check(socket(AF_UNIX, type | SOCK_CLOEXEC, 0), "socket");

	if (snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/server", bind_dir) >=
	    (int)sizeof(addr.sun_path))
		testprog_die("--dir is too long: %s", bind_dir);
	testprog_check(connect(fd, (struct sockaddr *)&addr, sizeof(addr)), addr.sun_path);
	return fd;
}

static TESTPROG_FN void leak_connected(unsigned long i)
{
	(void)i;
	open_connected(SOCK_STREAM);
}

static TESTPROG_FN void leak_connected_dgram(unsigned long i)
{
	(void)i;
	open_connected(SOCK_DGRAM);
}

/* Closed, but the other end has a reference on it. */
static TESTPROG_FN void leak_disconnected(unsigned long i)
{
	(void)i;
	testprog_close(open_connected(SOCK_STREAM));
}

static const struct {
	const char *name;
	void (*leak)(unsigned long i);
} kinds[] = {
	{"deleted", leak_deleted},
	{"abstract", leak_abstract},
	{"listener", leak_listener},
	{"in-flight", leak_in_flight},
	{"unaccepted", leak_unaccepted},
	{"full", leak_full},
	{"udp-in-flight", leak_udp_in_flight},
	{"connected", leak_connected},
	{"connected-dgram", leak_connected_dgram},
	{"disconnected", leak_disconnected},
};

static void begin(void)
{
	if (strstr(kind_name, "in-flight")) {
		testprog_check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, helper),
			       "socketpair");
	} else if (strcmp(kind_name, "unaccepted") == 0) {
		helper_addr = path_address(0);
		helper_addr.sun_path[0] = '\0';
		helper[0] = open_bound(SOCK_STREAM, &helper_addr);
		testprog_check(listen(helper[0], (int)testprog_args.n), "listen");
	}
}

static void leak_one(unsigned long i)
{
	unsigned int k;

	for (k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
		if (strcmp(kind_name, kinds[k].name) == 0) {
			kinds[k].leak(i);
			return;
		}
	testprog_die("unknown --kind: %s", kind_name);
}

static void use_one(unsigned long i)
{
	(void)i;
	testprog_close(testprog_check(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"));
}

int main(int argc, char **argv)
{
	static const struct testprog_option options[] = {
		{.name = "kind", .value = &kind_name},
		{.name = "dir", .value = &bind_dir},
		{0},
	};
	static const struct testprog prog = {
		.what = "unixkind",
		.positional = "N",
		.options = options,
		.fds_each = 2,
		.begin = begin,
		.leak = leak_one,
		.use = use_one,
	};

	return testprog_main(&prog, argc, argv);
}
