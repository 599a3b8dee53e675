// SPDX-License-Identifier: GPL-2.0-only
/* Slab objects that are never freed, and for comparison some that are. */
#include "leaky.h"

#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/slab.h>

/* Before 6.5 nothing but slab_nomerge on the command line keeps the cache apart from others of its
 * size. */
#ifndef SLAB_NO_MERGE
#define SLAB_NO_MERGE 0
#endif

/* Linked through their own memory: bookkeeping in other memory would be allocations that no test
 * asked for. */
struct object {
    struct object* next;
    char body[184];
};

static struct kmem_cache* object_cache;

int objects_init(void) {
    object_cache =
        kmem_cache_create("unfreed_leaky", sizeof(struct object), 0, SLAB_NO_MERGE, NULL);
    return object_cache ? 0 : -ENOMEM;
}

/* Only before anything leaked. */
void objects_exit(void) {
    kmem_cache_destroy(object_cache);
}

static SITE struct object* cache_alloc_one(void) {
    struct object* object = kmem_cache_alloc(object_cache, GFP_KERNEL);

    keep_frame(object);
    return object;
}

int leak_cache(char** args) {
    struct object *first = NULL, *object;
    unsigned int count, i;
    int error = parse_number(args[0], &count);

    if (error)
        return error;
    for (i = 0; i < count; i++) {
        object = cache_alloc_one();
        if (!object)
            return -ENOMEM;
        object->next = first;
        first = object;
    }
    while (first->next)
        first = first->next;
    remember("cache", count, first);
    return 0;
}

static SITE struct object* balanced_alloc_one(void) {
    struct object* object = kmem_cache_alloc(object_cache, GFP_KERNEL);

    keep_frame(object);
    return object;
}

int run_balanced(char** args) {
    struct object* object;
    unsigned int count, i;
    int error = parse_number(args[0], &count);

    if (error)
        return error;
    for (i = 0; i < count; i++) {
        object = balanced_alloc_one();
        if (!object)
            return -ENOMEM;
        kmem_cache_free(object_cache, object);
    }
    return 0;
}

static SITE struct object* oneof_alloc_one(void) {
    struct object* object = kmem_cache_alloc(object_cache, GFP_KERNEL);

    keep_frame(object);
    return object;
}

/* All but @keep of @count, taken evenly from the chain so that the survivors differ in age. */
static const struct object* oneof_free(struct object* chain, unsigned int count,
                                       unsigned int keep) {
    const struct object* kept = NULL;
    unsigned int credit = 0;

    while (chain) {
        struct object* object = chain;

        chain = object->next;
        credit += keep;
        if (credit >= count) {
            credit -= count;
            kept = object;
        } else {
            kmem_cache_free(object_cache, object);
        }
    }
    return kept;
}

int leak_oneof(char** args) {
    unsigned int count, keep, allocated = 0;
    struct object *chain = NULL, *object;
    int error = parse_number(args[0], &count);

    if (!error)
        error = parse_number(args[1], &keep);
    if (error)
        return error;
    if (keep > count)
        return -ERANGE;
    while (allocated < count) {
        object = oneof_alloc_one();
        if (!object)
            return -ENOMEM;
        object->next = chain;
        chain = object;
        allocated++;
    }
    /* The chain begins with the last allocated: the last one kept was allocated first. */
    remember("oneof", keep, oneof_free(chain, count, keep));
    return 0;
}

/* A cache that is destroyed while objects of it are alive: nothing ever frees them. */
int leak_destroyed(char** args) {
    struct kmem_cache* cache;
    void *first = NULL, *memory;
    unsigned int count, i;
    int error = parse_number(args[0], &count);

    if (error)
        return error;
    cache = kmem_cache_create("unfreed_gone", sizeof(struct object), 0, SLAB_NO_MERGE, NULL);
    for (i = 0; cache && i < count; i++) {
        memory = kmem_cache_alloc(cache, GFP_KERNEL);
        if (!memory)
            return -ENOMEM;
        first = first ?: memory;
    }
    kmem_cache_destroy(cache);
    remember("destroyed", count, first);
    return cache ? 0 : -ENOMEM;
}

static SITE void* kmalloc_one(size_t size) {
    void* memory = kmalloc(size, GFP_KERNEL);

    keep_frame(memory);
    return memory;
}

int leak_kmalloc(char** args) {
    unsigned int count, size, i;
    void *first = NULL, *memory;
    int error = parse_number(args[0], &count);

    if (!error)
        error = parse_number(args[1], &size);
    if (error)
        return error;
    for (i = 0; i < count; i++) {
        memory = kmalloc_one(size);
        if (!memory)
            return -ENOMEM;
        first = first ?: memory;
    }
    remember("kmalloc", count, first);
    return 0;
}
