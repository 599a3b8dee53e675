/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Creates, links, renames and unlinks files in DIR from several processes and threads at once, N
 * times each; leaks nothing. Names of more than 40 bytes have memory of their own, which is freed
 * by kfree_rcu().
 */
#include "churn.h"
#include "testprog.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS	  2
#define NAMES	  16
#define NAME_SIZE 96

static char work_dir[512];
static int work_fd;
static pid_t partner;
static int go[2]; /* its end tells the partner to stop */
static pthread_t threads[THREADS];
static volatile bool stop;

static void name_of(char *name, unsigned int worker, unsigned long i, const char *suffix)
{
	/* Every other name is too long for the dentry itself. */
	snprintf(name, NAME_SIZE, "%s%u.%lu.%s",
		 i & 1 ? "a-name-that-is-too-long-to-be-kept-inside-of-a-dentry." : "f.", worker,
		 i % NAMES, suffix);
}

static void one(unsigned int worker, unsigned long i)
{
	char name[NAME_SIZE], other[NAME_SIZE], third[NAME_SIZE];
	int fd;

	name_of(name, worker, i, "new");
	name_of(other, worker, i, "renamed");
	name_of(third, worker, i, "linked");
	fd = testprog_check(openat(work_fd, name, O_RDWR | O_CREAT | O_CLOEXEC, 0600), name);
	testprog_check(renameat(work_fd, name, work_fd, other), "renameat");
	if (i % 4 == 0) {
		testprog_check(linkat(work_fd, other, work_fd, third, 0), "linkat");
		testprog_check(unlinkat(work_fd, third, 0), "unlinkat");
	}
	if (i % 8 == 0) {
		testprog_check(mkdirat(work_fd, name, 0700), "mkdirat");
		testprog_check(unlinkat(work_fd, name, AT_REMOVEDIR), "unlinkat of a directory");
	}
	if (i & 2)
		testprog_close(fd);
	testprog_check(unlinkat(work_fd, other, 0), "unlinkat");
	if (!(i & 2))
		testprog_close(fd);
}

static void *worker(void *number)
{
	unsigned long i;

	for (i = 0; !stop; i++)
		one((unsigned int)(unsigned long)number, i);
	return NULL;
}

static void start_threads(void)
{
	unsigned long i;

	for (i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, worker, (void *)(10 * getpid() + i)))
			testprog_die("a thread cannot be made");
}

static void stop_threads(void)
{
	int i;

	stop = true;
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

static void begin(void)
{
	int len = snprintf(work_dir, sizeof(work_dir), "%s/unlink.%d", testprog_args.dir,
			   (int)getpid());
	char byte;

	if (len >= (int)sizeof(work_dir))
		testprog_die("the directory's name is too long: %s", testprog_args.dir);
	testprog_check(mkdir(work_dir, 0755), work_dir);
	work_fd = testprog_check(open(work_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), work_dir);
	testprog_check(pipe2(go, O_CLOEXEC), "pipe2");
	partner = testprog_check(fork(), "fork");
	if (partner == 0) {
		testprog_close(go[1]);
		start_threads();
		testprog_check((int)read(go[0], &byte, 1), "read");
		stop_threads();
		_exit(0);
	}
	start_threads();
}

static void churn(unsigned long i)
{
	one(0, i);
}

static void finish(void)
{
	int status;

	stop_threads();
	testprog_close(go[1]);
	testprog_check(waitpid(partner, &status, 0), "waitpid");
	if (status != 0)
		testprog_die("the partner ended with status 0x%x", (unsigned int)status);
	testprog_check(rmdir(work_dir), work_dir);
	testprog_close(work_fd);
	testprog_close(go[0]);
}

int main(int argc, char **argv)
{
	static const struct testprog prog = {
		.what = "unlink",
		.positional = "DIR N",
		.begin = begin,
		.churn = churn,
		.finish = finish,
	};

	return testprog_main(&prog, argc, argv);
}
