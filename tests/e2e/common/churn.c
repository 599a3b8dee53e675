/* SPDX-License-Identifier: BSD-2-Clause */
/* The steps of the churners. Each one ends with what it started with. */
#include "churn.h"

#include "testprog.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NAMES 8 /* few, used again and again: the dentries they leave are bounded */

bool churn_kind_of(const char *name, enum churn_kind *kind)
{
	static const char *const names[CHURN_KINDS] = {"tcp", "udp", "unix", "socketpair"};
	int i;

	for (i = 0; i < CHURN_KINDS; i++) {
		if (strcmp(name, names[i]) == 0) {
			*kind = (enum churn_kind)i;
			return true;
		}
	}
	return false;
}

TESTPROG_FN void churn_socket(enum churn_kind kind)
{
	int domain = kind == CHURN_UNIX ? AF_UNIX : AF_INET;
	int type = kind == CHURN_UDP ? SOCK_DGRAM : SOCK_STREAM;
	int half[2];

	if (kind == CHURN_SOCKETPAIR) {
		testprog_check(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, half), "socketpair");
		testprog_close(half[0]);
		testprog_close(half[1]);
		return;
	}
	testprog_close(testprog_check(socket(domain, type | SOCK_CLOEXEC, 0), "socket"));
}

static struct sockaddr_in listen_addr;
static int listen_fd;

void churn_connect_begin(void)
{
	testprog_need_loopback();
	listen_fd = testprog_listen(&listen_addr);
}

/* Half of the connections end by a reset, the others leave a TIME_WAIT for a minute. */
TESTPROG_FN void churn_connect(unsigned long i)
{
	int client = testprog_connect(&listen_addr, i);
	int server = testprog_check(accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC), "accept4");
	int first = i & 1 ? client : server;
	int second = i & 1 ? server : client;
	char byte = 'x';

	if (write(client, &byte, 1) != 1 || read(server, &byte, 1) != 1)
		testprog_die("connection %lu carries no data: %s", i, strerror(errno));
	if (i & 2)
		testprog_reset_on_close(first);
	testprog_close(first);
	testprog_close(second);
}

void churn_connect_end(void)
{
	testprog_close(listen_fd);
}

static char work_dir[512];
static int work_fd;

void churn_dir_begin(const char *dir)
{
	int len = snprintf(work_dir, sizeof(work_dir), "%s/churn.%d", dir, (int)getpid());

	if (len >= (int)sizeof(work_dir))
		testprog_die("the directory's name is too long: %s", dir);
	testprog_check(mkdir(work_dir, 0755), work_dir);
	work_fd = testprog_check(open(work_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), work_dir);
}

/*
 * A file that is unlinked while it is open takes its dentry along; one that is closed first leaves
 * a negative dentry on most file systems, which the next file of this name uses again.
 */
TESTPROG_FN void churn_file(unsigned long i)
{
	bool close_first = i & 1;
	char name[32];
	int fd;

	snprintf(name, sizeof(name), "file.%lu", i % NAMES);
	fd = openat(work_fd, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	testprog_check(fd, name);
	if (close_first)
		testprog_close(fd);
	testprog_check(unlinkat(work_fd, name, 0), name);
	if (!close_first)
		testprog_close(fd);
}

TESTPROG_FN void churn_stat(unsigned long i)
{
	struct stat st;
	char name[32];

	snprintf(name, sizeof(name), "missing.%lu", i % NAMES);
	if (fstatat(work_fd, name, &st, 0) == 0)
		testprog_die("%s/%s exists", work_dir, name);
	if (errno != ENOENT)
		testprog_die("%s/%s: %s", work_dir, name, strerror(errno));
}

/* rmdir drops the negative dentries below; its own goes with work_fd, as it is in use till then. */
void churn_dir_end(void)
{
	testprog_check(rmdir(work_dir), work_dir);
	testprog_close(work_fd);
}

TESTPROG_FN void churn_fork(void)
{
	pid_t pid = testprog_check(fork(), "fork");
	int status;

	if (pid == 0) {
		execl("/proc/self/exe", "churn_child", "--child", (char *)NULL);
		_exit(127);
	}
	testprog_check(waitpid(pid, &status, 0), "waitpid");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		testprog_die("the child ended with status 0x%x (127: no exec)",
			     (unsigned int)status);
}

bool churn_is_child(int argc, char **argv)
{
	if (argc != 2 || strcmp(argv[1], "--child") != 0)
		return false;
	churn_socket(CHURN_TCP); /* a child that is too idle would test nothing */
	return true;
}
