/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of the leaky module share; what the module does is told in main.c. */
#ifndef UNFREED_LEAKY_H
#define UNFREED_LEAKY_H

#include <linux/compiler.h>

/*
 * An allocation site of its own. noipa, because gcc folds functions with equal bodies into one,
 * which would merge the sites; keep_frame(), because a tail call to the allocator would take the
 * function out of the stack trace.
 */
#define SITE noinline __attribute__((__noipa__))
#define keep_frame(p) OPTIMIZER_HIDE_VAR(p)

/* Note a leak for the reader of the proc file; called with the lock that serialises commands. */
void remember(const char* kind, unsigned int count, const void* first);

/* A count or size: at least 1, and too small to exhaust the guest by a typing error. */
int parse_number(const char* text, unsigned int* number);

/* objects.c: slab objects. One function per command; missing arguments are NULL. */
int objects_init(void);
void objects_exit(void);
int leak_cache(char** args);
int run_balanced(char** args);
int leak_oneof(char** args);
int leak_kmalloc(char** args);
int leak_destroyed(char** args);

/* areas.c: memory that comes from no slab cache. */
int leak_vmalloc(char** args);
int leak_percpu(char** args);

/* rcu.c: objects that wait for a grace period. */
int give_up(char** args);

/* references.c: references that are never put, and a wrong account. */
int leak_sock(char** args);
int corrupt_sockmem(char** args);
int leak_dentry(char** args);
int leak_file(char** args);

#endif /* UNFREED_LEAKY_H */
