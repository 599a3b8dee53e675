/* SPDX-License-Identifier: BSD-2-Clause */
/* socket_close [SECONDS [tcp|udp|unix]]: makes a socket (default: tcp) and closes it. */
#include "bench.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct kind {
	const char *name;
	int family;
	int type;
};

static void op(void *arg, unsigned long i)
{
	const struct kind *kind = arg;
	int fd = socket(kind->family, kind->type, 0);

	(void)i;
	if (fd < 0)
		bench_die("socket");
	close(fd);
}

int main(int argc, char **argv)
{
	static struct kind kinds[] = {{"tcp", AF_INET, SOCK_STREAM},
				      {"udp", AF_INET, SOCK_DGRAM},
				      {"unix", AF_UNIX, SOCK_STREAM}};
	const char *name = argc > 2 ? argv[2] : "tcp";

	for (unsigned int i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct bench_workload workload = {.op = op, .arg = &kinds[i]};

		if (strcmp(name, kinds[i].name))
			continue;
		bench_wait_go();
		bench_run(&workload, bench_number(argc, argv, 1, 1));
		return 0;
	}
	fprintf(stderr, "no such kind of socket: %s\n", name);
	return 2;
}
