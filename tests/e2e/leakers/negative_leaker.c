/* SPDX-License-Identifier: BSD-2-Clause */
/* Leaks N negative dentries: looks up N names in DIR that do not exist, none of them twice
 * (--scatter: each in a directory of its own, which it makes and leaves). */
#include "testprog.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

static bool scattered;

static TESTPROG_FN void look_up(const char *kind, unsigned long i, char *path, size_t size)
{
	int len = snprintf(path, size, "%s/%s.%d.%lu", testprog_args.dir, kind, (int)getpid(), i);
	struct stat st;

	if (len >= (int)size)
		testprog_die("the directory's name is too long: %s", testprog_args.dir);
	if (stat(path, &st) == 0)
		testprog_die("%s exists", path);
	if (errno != ENOENT)
		testprog_die("%s: %s", path, strerror(errno));
}

static TESTPROG_FN void leak_name(unsigned long i)
{
	char path[4096];
	char kind[64] = "missing";

	if (scattered) {
		snprintf(path, sizeof(path), "%s/place.%lu", testprog_args.dir, i);
		testprog_check(mkdir(path, 0755), path);
		snprintf(kind, sizeof(kind), "place.%lu/missing", i);
	}
	look_up(kind, i, path, sizeof(path));
}

/* To free a negative dentry: make it a file's, unlink that while it is open, close it. */
static TESTPROG_FN void use_name(unsigned long i)
{
	char path[4096];
	int fd;

	look_up("used", i, path, sizeof(path));
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd == -1)
		testprog_die("%s: %s (only --balanced 0 needs no writable DIR)", path,
			     strerror(errno));
	testprog_check(unlink(path), path);
	testprog_close(fd);
}

static void begin(void)
{
	struct statfs fs;

	testprog_check(statfs(testprog_args.dir, &fs), testprog_args.dir);
	if (fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC)
		testprog_die("%s is on tmpfs, which keeps no negative dentries", testprog_args.dir);
}

int main(int argc, char **argv)
{
	static const struct testprog_option options[] = {{.name = "scatter", .flag = &scattered},
							 {0}};
	static const struct testprog prog = {
		.what = "negative",
		.positional = "DIR N",
		.options = options,
		.begin = begin,
		.leak = leak_name,
		.use = use_name,
	};

	return testprog_main(&prog, argc, argv);
}
