/* SPDX-License-Identifier: BSD-2-Clause */
/* What the workloads share: they wait for a line on stdin, repeat an operation for a time, and
 * print one line of JSON with the median cost of one operation over many short chunks. */
#ifndef UNFREED_BENCH_H
#define UNFREED_BENCH_H

struct bench_workload {
	void (*op)(void *arg, unsigned long i);
	void *arg;
	double chunk_seconds; /* 0: 5 ms */
	int with_children;    /* CPU time of ended children counts, too */
};

/* Ends the program with "WHAT: errno". */
__attribute__((noreturn)) void bench_die(const char *what);
/* Says "ready" and waits for the start line; call it when everything is set up. */
void bench_wait_go(void);
/* Runs for that many seconds and prints the result. */
void bench_run(const struct bench_workload *workload, double seconds);
/* The number in argv[index], or fallback. */
double bench_number(int argc, char **argv, int index, double fallback);

#endif
