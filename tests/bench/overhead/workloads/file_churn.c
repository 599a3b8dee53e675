/* SPDX-License-Identifier: BSD-2-Clause */
/* file_churn [SECONDS [DIR]]: in a new folder of DIR (default /tmp), one after the other: makes a
 * file, closes it, asks for its status, unlinks it. Names do not repeat within 4096 files. */
#include "bench.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void op(void *arg, unsigned long i)
{
	struct stat status;
	char name[32];
	int fd;

	(void)arg;
	snprintf(name, sizeof(name), "file-%lu", i % 4096);
	fd = open(name, O_CREAT | O_RDWR | O_EXCL, 0600);
	if (fd < 0)
		bench_die(name);
	close(fd);
	if (stat(name, &status) || unlink(name))
		bench_die(name);
}

int main(int argc, char **argv)
{
	const struct bench_workload workload = {.op = op};
	char folder[4096];

	snprintf(folder, sizeof(folder), "%s/unfreed-bench-XXXXXX", argc > 2 ? argv[2] : "/tmp");
	if (!mkdtemp(folder) || chdir(folder))
		bench_die(folder);
	bench_wait_go();
	bench_run(&workload, bench_number(argc, argv, 1, 1));
	if (rmdir(folder))
		bench_die(folder);
	return 0;
}
