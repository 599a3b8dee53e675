// SPDX-License-Identifier: GPL-2.0-only
/*
 * Leaks on purpose, for tests that compare what a tracer reports with what really leaked.
 *
 * Write a command to /proc/unfreed_leaky, one per write:
 *
 *	cache N		leak N objects of the cache unfreed_leaky
 *	balanced N	allocate and free N objects of the same cache
 *	oneof N M	allocate N objects through one call path, free all but M
 *	kmalloc N SIZE	leak N allocations of SIZE bytes
 *	vmalloc N SIZE	leak N areas of SIZE bytes
 *	percpu N SIZE	leak N pieces of per-CPU memory of SIZE bytes on each CPU
 *	destroyed N	destroy a cache (unfreed_gone) with N objects in it
 *	rcu N SECONDS	give N objects to kfree_rcu() while a reader keeps them that long
 *	sock [tcp]	take a reference to a socket (UDP, or TCP) that is never put
 *	sockmem [N]	free a TCP socket whose sk_forward_alloc is N (1) bytes off
 *	dentry PATH	take a reference to a dentry that is never put
 *	file PATH	open a file that is never closed
 *
 * Reading gives one line per command that leaked: "kind count address", the address being that of
 *the first. There is no module_exit(): what has leaked cannot be taken back.
 */
#include "leaky.h"

#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#define MAX_ARGS 3
#define MAX_COUNT 1000000
#define MAX_RECORDS 256

struct record {
    const char* kind;
    unsigned int count;
    const void* first;
};

static struct record records[MAX_RECORDS];
static unsigned int record_count;
static DEFINE_MUTEX(leaky_lock);

void remember(const char* kind, unsigned int count, const void* first) {
    records[record_count++] = (struct record){kind, count, first};
}

int parse_number(const char* text, unsigned int* number) {
    int error = kstrtouint(text, 0, number);

    return error ? error : *number >= 1 && *number <= MAX_COUNT ? 0 : -ERANGE;
}

static const struct command {
    const char* name;
    int min_args, max_args;
    int (*run)(char** args);
} commands[] = {
    {"cache", 1, 1, leak_cache},         {"balanced", 1, 1, run_balanced},
    {"oneof", 2, 2, leak_oneof},         {"kmalloc", 2, 2, leak_kmalloc},
    {"destroyed", 1, 1, leak_destroyed}, {"sock", 0, 1, leak_sock},
    {"sockmem", 0, 1, corrupt_sockmem},  {"dentry", 1, 1, leak_dentry},
    {"file", 1, 1, leak_file},           {"rcu", 2, 2, give_up},
    {"vmalloc", 2, 2, leak_vmalloc},     {"percpu", 2, 2, leak_percpu},
};

static int run_command(char* line) {
    char* name = strsep(&line, " ");
    char* args[MAX_ARGS + 1] = {};
    int count = 0, i;

    while (line && count < MAX_ARGS)
        args[count++] = strsep(&line, " ");
    if (record_count == MAX_RECORDS)
        return -ENOSPC;
    for (i = 0; i < ARRAY_SIZE(commands); i++) {
        const struct command* command = &commands[i];

        if (strcmp(name, command->name))
            continue;
        if (line || count < command->min_args || count > command->max_args)
            return -EINVAL;
        return command->run(args);
    }
    return -EINVAL;
}

static ssize_t leaky_write(struct file* file, const char __user* from, size_t length,
                           loff_t* offset) {
    char line[256];
    int error;

    if (length >= sizeof(line))
        return -E2BIG;
    if (copy_from_user(line, from, length))
        return -EFAULT;
    line[length] = '\0';

    mutex_lock(&leaky_lock);
    error = run_command(strim(line));
    mutex_unlock(&leaky_lock);
    return error ? error : length;
}

static int leaky_show(struct seq_file* seq, void* unused) {
    unsigned int i;

    mutex_lock(&leaky_lock);
    for (i = 0; i < record_count; i++)
        seq_printf(seq, "%s %u %px\n", records[i].kind, records[i].count, records[i].first);
    mutex_unlock(&leaky_lock);
    return 0;
}

static int leaky_open(struct inode* inode, struct file* file) {
    return single_open(file, leaky_show, NULL);
}

static const struct proc_ops leaky_ops = {
    .proc_open = leaky_open,
    .proc_read = seq_read,
    .proc_lseek = seq_lseek,
    .proc_release = single_release,
    .proc_write = leaky_write,
};

static int __init leaky_init(void) {
    int error = objects_init();

    if (error)
        return error;
    if (!proc_create("unfreed_leaky", 0600, NULL, &leaky_ops)) {
        objects_exit();
        return -ENOMEM;
    }
    return 0;
}
module_init(leaky_init);

MODULE_DESCRIPTION("Leaks on purpose: ground truth for the unfreed tests");
MODULE_LICENSE("GPL");
