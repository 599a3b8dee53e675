/* SPDX-License-Identifier: BSD-2-Clause */
/* Leaks N dentries: files in DIR that stay open (--unlink: without a name; --close: that are closed
 * and stay as cache). */
#include "testprog.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static bool unlinked, closed;

static TESTPROG_FN int open_file(const char *kind, unsigned long i, char *path, size_t size)
{
	int len = snprintf(path, size, "%s/%s.%d.%lu", testprog_args.dir, kind, (int)getpid(), i);

	if (len >= (int)size)
		testprog_die("the directory's name is too long: %s", testprog_args.dir);
	return testprog_check(open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644), path);
}

/*
 * Without --unlink the files outlive the program: their dentries then are unused cache (on tmpfs:
 * pinned for ever) until who gave DIR removes them. With it they die with the descriptor.
 */
static TESTPROG_FN void leak_file(unsigned long i)
{
	char path[4096];
	int fd = open_file("leaked", i, path, sizeof(path));

	if (unlinked)
		testprog_check(unlink(path), path);
	if (closed)
		testprog_close(fd);
}

/* Unlinked before it is closed: the other way round a negative dentry would stay. */
static TESTPROG_FN void use_file(unsigned long i)
{
	char path[4096];
	int fd = open_file("used", i, path, sizeof(path));

	testprog_check(unlink(path), path);
	testprog_close(fd);
}

int main(int argc, char **argv)
{
	static const struct testprog_option options[] = {
		{.name = "unlink", .flag = &unlinked}, {.name = "close", .flag = &closed}, {0}};
	static const struct testprog prog = {
		.what = "dentry",
		.positional = "DIR N",
		.options = options,
		.fds_each = 1,
		.leak = leak_file,
		.use = use_file,
	};

	return testprog_main(&prog, argc, argv);
}
