/* SPDX-License-Identifier: BSD-2-Clause */
/* Leaks N TCP sockets from several threads; the main thread ends first, the last one holds. */
#include "testprog.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_THREADS 64

static const char *threads_text = "4";
static unsigned long threads;

static TESTPROG_FN int open_tcp(void)
{
	return testprog_check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
}

static TESTPROG_FN void leak_in_thread(unsigned long i)
{
	(void)i;
	open_tcp();
}

static TESTPROG_FN void use_in_thread(unsigned long i)
{
	(void)i;
	testprog_close(open_tcp());
}

static const struct testprog_option options[] = {{.name = "threads", .value = &threads_text}, {0}};
static const struct testprog prog = {
	.what = "thread",
	.positional = "N",
	.options = options,
	.fds_each = 1,
	.leak = leak_in_thread,
	.use = use_in_thread,
};

static void start(pthread_t *thread, void *(*run)(void *), void *arg)
{
	int error = pthread_create(thread, NULL, run, arg);

	if (error)
		testprog_die("pthread_create: %s", strerror(error));
}

static void *leak_share(void *arg)
{
	unsigned long share = *(unsigned long *)arg;
	unsigned long first = testprog_args.n * share / threads;

	testprog_leak_batch(&prog, first, testprog_args.n * (share + 1) / threads - first);
	return NULL;
}

/* The main thread stays a zombie as long as another one runs. */
static void wait_for_end_of_main(void)
{
	char path[64], text[128], *state;
	ssize_t len;
	int fd, tries;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", (int)getpid());
	for (tries = 0; tries < 10000; tries++) {
		fd = testprog_check(open(path, O_RDONLY | O_CLOEXEC), path);
		len = testprog_check((int)read(fd, text, sizeof(text) - 1), path);
		testprog_close(fd);
		text[len] = 0;
		state = strstr(text, ") ");
		if (state && state[2] == 'Z')
			return;
		usleep(1000);
	}
	testprog_die("the main thread does not end");
}

static void *run_last(void *arg)
{
	unsigned long share[MAX_THREADS], i;
	pthread_t thread[MAX_THREADS];

	(void)arg;
	for (i = 0; i < threads; i++) {
		share[i] = i;
		start(&thread[i], leak_share, &share[i]);
	}
	for (i = 0; i < threads; i++)
		pthread_join(thread[i], NULL);
	wait_for_end_of_main();
	testprog_report(&prog);
	testprog_hold();
	testprog_end();
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t last;

	testprog_parse(&prog, argc, argv);
	threads = testprog_number(threads_text, "--threads");
	if (threads < 1 || threads > MAX_THREADS)
		testprog_die("--threads is 1 to %d", MAX_THREADS);
	testprog_wait_start(&prog);
	testprog_block(SIGTERM); /* in each thread: it is for the hold */
	start(&last, run_last, NULL);
	pthread_exit(NULL);
}
