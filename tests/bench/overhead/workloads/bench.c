/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define CHUNKS_MAX 20000

static double wall_ns[CHUNKS_MAX];
static double cpu_ns[CHUNKS_MAX];

void bench_die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

double bench_number(int argc, char **argv, int index, double fallback)
{
	char *end;
	double value;

	if (index >= argc)
		return fallback;
	value = strtod(argv[index], &end);
	if (*end || value <= 0) {
		fprintf(stderr, "%s: not a positive number: %s\n", argv[0], argv[index]);
		exit(2);
	}
	return value;
}

void bench_wait_go(void)
{
	char line[64];

	puts("ready");
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin)) {
		fputs("no start line on stdin\n", stderr);
		exit(1);
	}
}

static double seconds_of(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static double now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double cpu_now(int with_children)
{
	double cpu = now(CLOCK_PROCESS_CPUTIME_ID);
	struct rusage usage;

	if (with_children && !getrusage(RUSAGE_CHILDREN, &usage))
		cpu += seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
	return cpu;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values, unsigned int n)
{
	qsort(values, n, sizeof(*values), compare);
	return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

/* How many operations fill a chunk; runs some of them, which warms the caches. */
static unsigned long calibrate(const struct bench_workload *w, double chunk)
{
	unsigned long n = 1;

	for (;;) {
		double start = now(CLOCK_MONOTONIC), took;

		for (unsigned long i = 0; i < n; i++)
			w->op(w->arg, i);
		took = now(CLOCK_MONOTONIC) - start;
		if (took >= chunk)
			return n;
		n = took * 8 < chunk ? n * 4 : n * 2;
	}
}

void bench_run(const struct bench_workload *w, double seconds)
{
	double chunk = w->chunk_seconds > 0 ? w->chunk_seconds : 0.005;
	unsigned long per_chunk = calibrate(w, chunk);
	double start = now(CLOCK_MONOTONIC), at = start;
	double cpu_start = cpu_now(w->with_children), cpu_at = cpu_start;
	unsigned int n = 0;

	while (at - start < seconds && n < CHUNKS_MAX) {
		double wall_then = at, cpu_then = cpu_at;

		for (unsigned long i = 0; i < per_chunk; i++)
			w->op(w->arg, (unsigned long)n * per_chunk + i);
		at = now(CLOCK_MONOTONIC);
		cpu_at = cpu_now(w->with_children);
		wall_ns[n] = (at - wall_then) * 1e9 / (double)per_chunk;
		cpu_ns[n] = (cpu_at - cpu_then) * 1e9 / (double)per_chunk;
		n++;
	}
	printf("{\"ops\": %lu, \"wall_ns\": %.1f, \"cpu_ns\": %.1f, \"mean_wall_ns\": %.1f, "
	       "\"mean_cpu_ns\": %.1f}\n",
	       n * per_chunk, median(wall_ns, n), median(cpu_ns, n),
	       (at - start) * 1e9 / (double)(n * per_chunk),
	       (cpu_at - cpu_start) * 1e9 / (double)(n * per_chunk));
	fflush(stdout);
}
