/* SPDX-License-Identifier: BSD-2-Clause */
#include "uring.h"

#include "testprog.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static unsigned int *word(const struct uring *ring, unsigned int offset)
{
	return (unsigned int *)((char *)ring->rings + offset);
}

const char *uring_open(struct uring *ring, unsigned int size)
{
	size_t sq, cq;

	memset(ring, 0, sizeof(*ring));
	ring->fd = (int)syscall(SYS_io_uring_setup, size, &ring->params);
	if (ring->fd == -1)
		return strerror(errno);
	sq = ring->params.sq_off.array + ring->params.sq_entries * sizeof(unsigned int);
	cq = ring->params.cq_off.cqes + ring->params.cq_entries * sizeof(struct io_uring_cqe);
	ring->rings_size = sq > cq ? sq : cq;
	ring->rings = mmap(NULL, ring->rings_size, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd,
			   IORING_OFF_SQ_RING);
	ring->entries = mmap(NULL, ring->params.sq_entries * sizeof(struct io_uring_sqe),
			     PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, IORING_OFF_SQES);
	if (ring->rings == MAP_FAILED || ring->entries == MAP_FAILED)
		testprog_die("the rings of io_uring cannot be mapped");
	return NULL;
}

struct io_uring_sqe *uring_add(struct uring *ring, unsigned int operation, int fd)
{
	unsigned int tail = *word(ring, ring->params.sq_off.tail) + ring->queued;
	unsigned int index = tail & *word(ring, ring->params.sq_off.ring_mask);
	struct io_uring_sqe *entry = &ring->entries[index];

	memset(entry, 0, sizeof(*entry));
	entry->opcode = (unsigned char)operation;
	entry->fd = fd;
	word(ring, ring->params.sq_off.array)[index] = index;
	ring->queued++;
	return entry;
}

int uring_submit(struct uring *ring, unsigned int wait)
{
	const struct io_uring_cqe *done;
	unsigned int *sq_tail = word(ring, ring->params.sq_off.tail);
	unsigned int *head = word(ring, ring->params.cq_off.head);
	unsigned int tail;

	__atomic_store_n(sq_tail, *sq_tail + ring->queued, __ATOMIC_RELEASE);
	testprog_check((int)syscall(SYS_io_uring_enter, ring->fd, ring->queued, wait,
				    wait ? IORING_ENTER_GETEVENTS : 0, NULL, 0),
		       "io_uring_enter");
	ring->queued = 0;
	tail = __atomic_load_n(word(ring, ring->params.cq_off.tail), __ATOMIC_ACQUIRE);
	if (tail == *head)
		return 0;
	done = (const struct io_uring_cqe *)((char *)ring->rings + ring->params.cq_off.cqes) +
	       ((tail - 1) & *word(ring, ring->params.cq_off.ring_mask));
	__atomic_store_n(head, tail, __ATOMIC_RELEASE);
	return done->res;
}

void uring_close(struct uring *ring)
{
	munmap(ring->entries, ring->params.sq_entries * sizeof(struct io_uring_sqe));
	munmap(ring->rings, ring->rings_size);
	testprog_close(ring->fd);
}
