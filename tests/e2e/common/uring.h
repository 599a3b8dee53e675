/* SPDX-License-Identifier: BSD-2-Clause */
/* An io_uring instance by plain system calls. */
#ifndef UNFREED_E2E_URING_H
#define UNFREED_E2E_URING_H

#include <linux/io_uring.h>
#include <stdbool.h>
#include <stddef.h>

struct uring {
	int fd;
	struct io_uring_params params;
	void *rings; /* one mapping of both rings (IORING_FEAT_SINGLE_MMAP, 5.4) */
	size_t rings_size;
	struct io_uring_sqe *entries;
	unsigned int queued;
};

/* NULL, or why the kernel gives none. */
const char *uring_open(struct uring *ring, unsigned int size);
/* An empty submission; there must be room. */
struct io_uring_sqe *uring_add(struct uring *ring, unsigned int operation, int fd);
/* Submits what was added, waits for `wait` completions and takes all there are. The result of the
 * last one, 0 if there was none. */
int uring_submit(struct uring *ring, unsigned int wait);
void uring_close(struct uring *ring);

#endif
