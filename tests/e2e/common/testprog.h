/* SPDX-License-Identifier: BSD-2-Clause */
/* What all test programs share: arguments, the start signal, the report line, hold and end. */
#ifndef UNFREED_E2E_TESTPROG_H
#define UNFREED_E2E_TESTPROG_H

#include <netinet/in.h>
#include <stdbool.h>

/*
 * A function that a test looks for in a stack: it must keep its own frame and its own name, so no
 * inlining, no folding of look-alikes and no ".constprop" copies (the build turns tail calls off).
 */
#if defined(__has_attribute)
#if __has_attribute(noipa)
#define TESTPROG_FN __attribute__((noipa))
#endif
#endif
#ifndef TESTPROG_FN
#define TESTPROG_FN __attribute__((noinline))
#endif

struct testprog_option {
	const char *name;   /* without the dashes; NULL ends the table */
	bool *flag;	    /* an option without a value sets this ... */
	const char **value; /* ... an option with a value this */
};

struct testprog {
	const char *what;		       /* "leaked WHAT N", "done WHAT N" */
	const char *positional;		       /* words of "N", "M", "DIR" in their order */
	const struct testprog_option *options; /* its own options, or NULL */
	unsigned int fds_each;		       /* descriptors that one leaked object keeps */
	void (*begin)(void);		       /* before a batch; may be NULL, as finish */
	void (*leak)(unsigned long i);	       /* leaks exactly one */
	void (*use)(unsigned long i);	       /* makes one of the same kind and releases it */
	void (*churn)(unsigned long i);	       /* a churner has this instead of leak and use */
	void (*finish)(void);		       /* after a batch: releases what begin made */
	bool no_before;			       /* has no --before */
};

struct testprog_args {
	unsigned long n, m, balanced, before;
	bool has_n;
	const char *dir;
};

extern struct testprog_args testprog_args;

/* The whole life of a usual program; main returns what this returns. */
int testprog_main(const struct testprog *prog, int argc, char **argv);

/* Its parts, for programs with threads or children. */
void testprog_parse(const struct testprog *prog, int argc, char **argv);
void testprog_wait_start(const struct testprog *prog);
void testprog_leak_batch(const struct testprog *prog, unsigned long first, unsigned long count);
unsigned long testprog_leak_count(const struct testprog *prog);
void testprog_report(const struct testprog *prog);
void testprog_hold(void);
int testprog_end(void);
void testprog_block(int sig);

__attribute__((noreturn, format(printf, 1, 2))) void testprog_die(const char *format, ...);
int testprog_check(int result, const char *call); /* dies when result is -1, else returns it */
void testprog_close(int fd);
unsigned long testprog_number(const char *text, const char *name);

void testprog_need_loopback(void);
int testprog_listen(struct sockaddr_in *addr);
/* A connection to addr from the i-th of 65 000 loopback addresses: ports never run out. */
int testprog_connect(const struct sockaddr_in *addr, unsigned long i);
void testprog_reset_on_close(int fd);
void testprog_wait_tcp_state(int fd, int state); /* segments travel by softirq, even on loopback */

#endif
