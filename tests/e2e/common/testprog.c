/* SPDX-License-Identifier: BSD-2-Clause */
/* The common part of the test programs. Leaks nothing itself: what it opens, it closes. */
#include "testprog.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define SPARE_FDS 256 /* inherited ones and those in use for a moment */

struct testprog_args testprog_args = {.balanced = 3};

static const char *program = "testprog";
static const char *balanced_text, *before_text, *pause_text, *hold_text = "0", *end_text = "exit";
static const char *ready_fd_text, *ready_file, *seconds_text, *spread_text;
static bool wait_start;
static unsigned long pause_at; /* leaked objects after which to wait; 0: never */
static double hold_seconds;    /* negative: until SIGTERM */
static double run_seconds;     /* churners; 0: no limit */
static double spread_seconds;  /* leakers: from the first to the last; 0: as fast as it can */

static const struct testprog_option common_options[] = {
	{.name = "balanced", .value = &balanced_text},
	{.name = "before", .value = &before_text},
	{.name = "pause-at", .value = &pause_text},
	{.name = "hold", .value = &hold_text},
	{.name = "wait-start", .flag = &wait_start},
	{.name = "end", .value = &end_text},
	{.name = "ready-fd", .value = &ready_fd_text},
	{.name = "ready-file", .value = &ready_file},
	{.name = "seconds", .value = &seconds_text},
	{.name = "spread", .value = &spread_text},
	{0},
};

void testprog_die(const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fprintf(stderr, "%s: %s\n", program, text);
	_exit(1); /* also right in a thread or a child */
}

int testprog_check(int result, const char *call)
{
	if (result == -1)
		testprog_die("%s: %s", call, strerror(errno));
	return result;
}

void testprog_close(int fd)
{
	testprog_check(close(fd), "close");
}

static void __attribute__((noreturn, format(printf, 2, 3)))
usage(const struct testprog *prog, const char *format, ...)
{
	const struct testprog_option *o;
	va_list args;

	va_start(args, format);
	fprintf(stderr, "%s: ", program);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\nusage: %s %s", program, prog->positional);
	for (o = prog->options; o && o->name; o++)
		fprintf(stderr, " [--%s%s]", o->name, o->value ? " X" : "");
	if (prog->churn)
		fprintf(stderr, " [--seconds S]");
	else
		fprintf(stderr, " [--balanced K] [--pause-at K] [--spread S]%s",
			prog->no_before ? "" : " [--before M]");
	fprintf(stderr,
		" [--wait-start] [--hold SECONDS|forever]"
		" [--end exit|_exit|kill|abort|segv] [--ready-fd FD] [--ready-file PATH]\n");
	exit(2);
}

unsigned long testprog_number(const char *text, const char *name)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || value > 100000000)
		testprog_die("%s: not a count: %s", name, text);
	return value;
}

static double seconds(const char *text, const char *name)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || !(value >= 0 && value < 1e7))
		testprog_die("%s: not a number of seconds: %s", name, text);
	return value;
}

static bool set_option(const struct testprog_option *o, const char *name, const char *next,
		       int *used)
{
	for (; o && o->name; o++) {
		if (strcmp(o->name, name) != 0)
			continue;
		if (o->flag) {
			*o->flag = true;
			*used = 1;
		} else if (next) {
			*o->value = next;
			*used = 2;
		} else {
			testprog_die("--%s needs a value", name);
		}
		return true;
	}
	return false;
}

/* Puts an argument where the next word of prog->positional says; returns the rest of the words. */
static const char *set_positional(const struct testprog *prog, const char *words, const char *arg)
{
	size_t len = strcspn(words, " ");

	if (len == 0)
		usage(prog, "unexpected argument: %s", arg);
	if (len == 1 && *words == 'N') {
		testprog_args.n = testprog_number(arg, "N");
		testprog_args.has_n = true;
	} else if (len == 1 && *words == 'M') {
		testprog_args.m = testprog_number(arg, "M");
	} else {
		testprog_args.dir = arg;
	}
	words += len;
	return *words == ' ' ? words + 1 : words;
}

static void need_fds(unsigned long count)
{
	struct rlimit limit;

	count += SPARE_FDS;
	testprog_check(getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
	if (limit.rlim_cur >= count)
		return;
	limit.rlim_cur = count;
	if (limit.rlim_max < count)
		limit.rlim_max = count;
	if (setrlimit(RLIMIT_NOFILE, &limit) == -1)
		testprog_die("cannot have %lu open files: %s", count, strerror(errno));
}

unsigned long testprog_leak_count(const struct testprog *prog)
{
	return strchr(prog->positional, 'M') ? testprog_args.m : testprog_args.n;
}

void testprog_parse(const struct testprog *prog, int argc, char **argv)
{
	static const char *const ends[] = {"exit", "_exit", "kill", "abort", "segv"};
	const char *words = prog->positional;
	const struct rlimit no_core = {0, 0};
	int i, used;
	size_t e;

	program = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
	for (i = 1; i < argc; i += used) {
		const char *next = i + 1 < argc ? argv[i + 1] : NULL;

		used = 1;
		if (strncmp(argv[i], "--", 2) != 0)
			words = set_positional(prog, words, argv[i]);
		else if (!set_option(prog->options, argv[i] + 2, next, &used) &&
			 !set_option(common_options, argv[i] + 2, next, &used))
			usage(prog, "unknown option: %s", argv[i]);
	}
	if (seconds_text)
		run_seconds = seconds(seconds_text, "--seconds");
	if (spread_text)
		spread_seconds = seconds(spread_text, "--spread");
	/* A time may stand in for a churner's count, and the count is its last argument. */
	if (*words && !(prog->churn && run_seconds > 0 && strcmp(words, "N") == 0))
		usage(prog, "missing argument: %s", words);
	if (seconds_text && !prog->churn)
		usage(prog, "--seconds is for churners");
	if (pause_text && prog->churn)
		usage(prog, "--pause-at is for leakers");
	if (pause_text)
		pause_at = testprog_number(pause_text, "--pause-at");
	if (before_text && (prog->churn || prog->no_before))
		usage(prog, "%s has no --before", program);
	if (balanced_text)
		testprog_args.balanced = testprog_number(balanced_text, "--balanced");
	if (before_text)
		testprog_args.before = testprog_number(before_text, "--before");
	hold_seconds = strcmp(hold_text, "forever") == 0 ? -1 : seconds(hold_text, "--hold");
	for (e = 0; e < sizeof(ends) / sizeof(ends[0]) && strcmp(end_text, ends[e]) != 0; e++)
		;
	if (e == sizeof(ends) / sizeof(ends[0]))
		usage(prog, "unknown --end: %s", end_text);

	need_fds((testprog_leak_count(prog) + testprog_args.before) * prog->fds_each);
	setrlimit(RLIMIT_CORE, &no_core); /* --end abort is not to litter */
	if (wait_start || pause_at)
		testprog_block(SIGUSR1); /* before anyone can know our pid: no signal is lost */
}

void testprog_block(int sig)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	testprog_check(sigprocmask(SIG_BLOCK, &set, NULL), "sigprocmask");
}

static void write_all(int fd, const char *line, const char *where)
{
	size_t len = strlen(line);

	if (write(fd, line, len) != (ssize_t)len)
		testprog_die("cannot write to %s: %s", where, strerror(errno));
}

static void __attribute__((format(printf, 1, 2))) announce(const char *format, ...)
{
	char line[256];
	va_list args;
	int fd;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	write_all(STDOUT_FILENO, line, "stdout");
	if (ready_fd_text)
		write_all((int)testprog_number(ready_fd_text, "--ready-fd"), line, "--ready-fd");
	if (ready_file) {
		fd = open(ready_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
		write_all(testprog_check(fd, ready_file), line, ready_file);
		testprog_close(fd);
	}
}

/* Says so and waits for SIGUSR1. */
static void wait_for_user(const char *why)
{
	sigset_t set;
	int sig;

	announce("%s pid=%d\n", why, (int)getpid());
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigwait(&set, &sig);
}

void testprog_wait_start(const struct testprog *prog)
{
	if (testprog_args.before)
		testprog_leak_batch(prog, testprog_leak_count(prog), testprog_args.before);
	if (wait_start)
		wait_for_user("waiting");
}

void testprog_leak_batch(const struct testprog *prog, unsigned long first, unsigned long count)
{
	double pause = count ? spread_seconds / (double)count : 0;
	struct timespec time = {.tv_sec = (time_t)pause};
	unsigned long i, k;

	time.tv_nsec = (long)((pause - (double)time.tv_sec) * 1e9);
	if (prog->begin)
		prog->begin();
	for (i = first; i < first + count; i++) {
		if (pause > 0)
			nanosleep(&time, NULL);
		prog->leak(i);
		for (k = 0; prog->use && k < testprog_args.balanced; k++)
			prog->use(i * testprog_args.balanced + k);
		if (pause_at && i + 1 == first + pause_at)
			wait_for_user("paused");
	}
	if (prog->finish)
		prog->finish();
}

void testprog_report(const struct testprog *prog)
{
	char before[32] = "";

	testprog_block(SIGTERM); /* who reads the line may send it at once: it ends the hold */
	if (testprog_args.before)
		snprintf(before, sizeof(before), " before=%lu", testprog_args.before);
	announce("leaked %s %lu pid=%d%s\n", prog->what, testprog_leak_count(prog), (int)getpid(),
		 before);
}

void testprog_hold(void)
{
	struct timespec left = {(time_t)hold_seconds, 0};
	sigset_t set;
	int sig;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	if (hold_seconds < 0) {
		sigwait(&set, &sig);
		return;
	}
	left.tv_nsec = (long)((hold_seconds - (double)left.tv_sec) * 1e9);
	if (hold_seconds > 0)
		sigtimedwait(&set, NULL, &left);
}

int testprog_end(void)
{
	volatile int *volatile nowhere = NULL; /* else the compiler drops the store or traps */

	if (strcmp(end_text, "_exit") == 0)
		_exit(0);
	if (strcmp(end_text, "kill") == 0)
		kill(getpid(), SIGKILL);
	if (strcmp(end_text, "abort") == 0)
		abort();
	if (strcmp(end_text, "segv") == 0)
		*nowhere = 1;
	return 0;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void churn(const struct testprog *prog)
{
	double stop = run_seconds > 0 ? now() + run_seconds : 0;
	unsigned long i;

	if (prog->begin)
		prog->begin();
	for (i = 0; !testprog_args.has_n || i < testprog_args.n; i++) {
		if (stop > 0 && now() >= stop)
			break;
		prog->churn(i);
	}
	if (prog->finish)
		prog->finish();
	testprog_block(SIGTERM);
	announce("done %s %lu\n", prog->what, i);
}

int testprog_main(const struct testprog *prog, int argc, char **argv)
{
	testprog_parse(prog, argc, argv);
	testprog_wait_start(prog);
	if (prog->churn) {
		churn(prog);
	} else {
		testprog_leak_batch(prog, 0, testprog_leak_count(prog));
		testprog_report(prog);
	}
	testprog_hold();
	return testprog_end();
}

/* A fresh network namespace and a small VM start with "lo" down. */
void testprog_need_loopback(void)
{
	struct ifreq request = {.ifr_name = "lo"};
	int fd = testprog_check(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");

	testprog_check(ioctl(fd, SIOCGIFFLAGS, &request), "flags of lo");
	if (!(request.ifr_flags & IFF_UP)) {
		request.ifr_flags |= IFF_UP;
		testprog_check(ioctl(fd, SIOCSIFFLAGS, &request), "lo is down; setting it up");
	}
	testprog_close(fd);
}

int testprog_listen(struct sockaddr_in *addr)
{
	int fd = testprog_check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
	socklen_t len = sizeof(*addr);

	*addr = (struct sockaddr_in){.sin_family = AF_INET};
	addr->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	testprog_check(bind(fd, (struct sockaddr *)addr, len), "bind");
	testprog_check(listen(fd, 128), "listen");
	testprog_check(getsockname(fd, (struct sockaddr *)addr, &len), "getsockname");
	return fd;
}

int testprog_connect(const struct sockaddr_in *addr, unsigned long i)
{
	int fd = testprog_check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
	struct sockaddr_in from = {.sin_family = AF_INET};
	int on = 1;

	/* So that connect() chooses the port, which has to be free for these two addresses only. */
	testprog_check(setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on)),
		       "setsockopt IP_BIND_ADDRESS_NO_PORT");
	from.sin_addr.s_addr = htonl(0x7f010001u + (unsigned int)(i % 65000));
	testprog_check(bind(fd, (struct sockaddr *)&from, sizeof(from)), "bind");
	testprog_check(connect(fd, (const struct sockaddr *)addr, sizeof(*addr)), "connect");
	return fd;
}

void testprog_reset_on_close(int fd)
{
	const struct linger linger = {.l_onoff = 1, .l_linger = 0};

	testprog_check(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)),
		       "setsockopt SO_LINGER");
}

void testprog_wait_tcp_state(int fd, int state)
{
	struct tcp_info info;
	socklen_t len;
	int tries;

	for (tries = 0; tries < 20000; tries++) {
		len = sizeof(info);
		testprog_check(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len),
			       "getsockopt TCP_INFO");
		if (info.tcpi_state == state)
			return;
		usleep(100);
	}
	testprog_die("a connection is in TCP state %d, not %d", info.tcpi_state, state);
}
