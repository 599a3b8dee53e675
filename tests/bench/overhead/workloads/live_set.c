/* SPDX-License-Identifier: BSD-2-Clause */
/* live_set SECONDS OBJECTS: holds that many kernel objects (messages of a SysV queue, about 64
 * bytes each), then sends a message to another queue and receives the oldest of that queue, and so
 * on. */
#include "bench.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/msg.h>

#define QUEUES_MAX 32000
/* Messages that wait in the churned queue: with one, everything would stay in the CPU's cache. */
#define WAITING 8192

struct message {
	long type;
	char text[1];
};

static int held[QUEUES_MAX];
static unsigned int nr_held;

static int new_queue(void)
{
	int queue = msgget(IPC_PRIVATE, 0600);

	if (queue < 0)
		bench_die("msgget");
	return queue;
}

static void remove_queue(int queue)
{
	if (msgctl(queue, IPC_RMID, NULL))
		bench_die("msgctl");
}

/* False: the queue is full. */
static int send_one(int queue)
{
	static const struct message message = {.type = 1};

	if (!msgsnd(queue, &message, sizeof(message.text), IPC_NOWAIT))
		return 1;
	if (errno != EAGAIN)
		bench_die("msgsnd");
	return 0;
}

/* A queue takes as many messages as bytes (16384 by default), so it takes several. */
static void hold(unsigned long objects)
{
	while (objects) {
		if (nr_held == QUEUES_MAX) {
			fputs("more objects than message queues can hold\n", stderr);
			exit(1);
		}
		held[nr_held++] = new_queue();
		while (objects && send_one(held[nr_held - 1]))
			objects--;
	}
}

static void op(void *arg, unsigned long i)
{
	struct message message;
	int queue = *(int *)arg;

	(void)i;
	if (!send_one(queue) || msgrcv(queue, &message, sizeof(message.text), 0, IPC_NOWAIT) < 0)
		bench_die("one message");
}

/* In a namespace of their own the queues end with the process, however it ends. */
static int first_queue(void)
{
	if (unshare(CLONE_NEWIPC))
		bench_die("unshare: an IPC namespace (needs root)");
	return new_queue();
}

int main(int argc, char **argv)
{
	int churned = first_queue();
	const struct bench_workload workload = {.op = op, .arg = &churned};
	char line[64];

	bench_wait_go();
	hold((unsigned long)bench_number(argc, argv, 2, 10000));
	for (int i = 0; i < WAITING; i++)
		send_one(churned);
	bench_run(&workload, bench_number(argc, argv, 1, 1));
	/* A second line ends it: the tool may report the objects before. */
	if (!fgets(line, sizeof(line), stdin))
		line[0] = 0;
	for (unsigned int i = 0; i < nr_held; i++)
		remove_queue(held[i]);
	remove_queue(churned);
	return 0;
}
