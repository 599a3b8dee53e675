/* SPDX-License-Identifier: BSD-2-Clause */
/* stat_tree [SECONDS]: stat() of files whose names are cached, four directories deep, one after the
 * other, as a look over a source tree does. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIRECTORIES 20
#define FILES	    50

static char paths[DIRECTORIES * FILES][128];

static void op(void *arg, unsigned long i)
{
	struct stat info;

	(void)arg;
	if (stat(paths[i % (DIRECTORIES * FILES)], &info))
		bench_die("stat");
}

static void make_directory(const char *path)
{
	if (mkdir(path, 0755))
		bench_die(path);
}

int main(int argc, char **argv)
{
	const struct bench_workload workload = {.op = op};
	char root[] = "/tmp/stat_tree.XXXXXX", path[100];

	if (!mkdtemp(root))
		bench_die("/tmp");
	snprintf(path, sizeof(path), "%s/a", root);
	make_directory(path);
	for (unsigned int d = 0; d < DIRECTORIES; d++) {
		snprintf(path, sizeof(path), "%s/a/%u", root, d);
		make_directory(path);
		for (unsigned int f = 0; f < FILES; f++) {
			char *file = paths[d * FILES + f];
			FILE *made;

			snprintf(file, sizeof(paths[0]), "%s/%u", path, f);
			made = fopen(file, "w");
			if (!made || fclose(made))
				bench_die(file);
		}
	}
	bench_wait_go();
	bench_run(&workload, bench_number(argc, argv, 1, 1));
	for (unsigned int i = 0; i < DIRECTORIES * FILES; i++)
		unlink(paths[i]);
	for (unsigned int d = 0; d < DIRECTORIES; d++) {
		snprintf(path, sizeof(path), "%s/a/%u", root, d);
		rmdir(path);
	}
	snprintf(path, sizeof(path), "%s/a", root);
	rmdir(path);
	return rmdir(root) ? 1 : 0;
}
