// SPDX-License-Identifier: GPL-2.0-only
/* Memory that comes from no slab cache and is never freed. */
#include "leaky.h"

#include <linux/errno.h>
#include <linux/percpu.h>
#include <linux/vmalloc.h>

static SITE void* vmalloc_one(unsigned int size) {
    void* memory = vmalloc(size);

    keep_frame(memory);
    return memory;
}

int leak_vmalloc(char** args) {
    unsigned int count, size, i;
    void *first = NULL, *memory;
    int error = parse_number(args[0], &count);

    if (!error)
        error = parse_number(args[1], &size);
    if (error)
        return error;
    for (i = 0; i < count; i++) {
        memory = vmalloc_one(size);
        if (!memory)
            return -ENOMEM;
        first = first ?: memory;
    }
    remember("vmalloc", count, first);
    return 0;
}

static SITE void __percpu* percpu_one(unsigned int size) {
    void __percpu* memory = __alloc_percpu(size, sizeof(long));

    keep_frame(memory);
    return memory;
}

int leak_percpu(char** args) {
    unsigned int count, size, i;
    void __percpu *first = NULL, *memory;
    int error = parse_number(args[0], &count);

    if (!error)
        error = parse_number(args[1], &size);
    if (error)
        return error;
    for (i = 0; i < count; i++) {
        memory = percpu_one(size);
        if (!memory)
            return -ENOMEM;
        first = first ?: memory;
    }
    remember("percpu", count, (const void __force*)first);
    return 0;
}
