// SPDX-License-Identifier: GPL-2.0-only
/* Objects that are given to kfree_rcu() while a reader keeps their grace period from ending. */
#include "leaky.h"

#include <linux/compiler.h>
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/nmi.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#define MAX_SECONDS 60

struct given_up {
    union {
        struct given_up* next;
        struct rcu_head rcu;
    };
    char body[176];
};

static DECLARE_COMPLETION(reading);

/* kernel/rcu/update.c; exported, but in no header that modules may include. */
extern int rcu_cpu_stall_suppress;

/* It may not sleep: without preemptible RCU that would end its reading. */
static int read_for(void* seconds) {
    unsigned long end = jiffies + (unsigned long)seconds * HZ;
    int suppressed = rcu_cpu_stall_suppress;

    /* RCU warns of stalls after 21 seconds, and a CPU that does not schedule is reported after 20:
     * this one is meant. */
    rcu_cpu_stall_suppress = 1;
    rcu_read_lock();
    complete(&reading);
    while (time_before(jiffies, end)) {
        touch_softlockup_watchdog();
        cpu_relax();
    }
    rcu_read_unlock();
    rcu_cpu_stall_suppress = suppressed;
    return 0;
}

static SITE struct given_up* rcu_alloc_one(void) {
    struct given_up* object = kmalloc(sizeof(*object), GFP_KERNEL);

    OPTIMIZER_HIDE_VAR(object);
    return object;
}

static SITE void rcu_give_up_one(struct given_up* object) {
    kfree_rcu(object, rcu);
    barrier(); /* no tail call */
}

int give_up(char** args) {
    struct given_up *chain = NULL, *object;
    struct task_struct* reader;
    unsigned int count, seconds, i;
    int error = parse_number(args[0], &count);

    if (!error)
        error = parse_number(args[1], &seconds);
    if (error)
        return error;
    if (seconds > MAX_SECONDS)
        return -ERANGE;
    reinit_completion(&reading);
    reader = kthread_run(read_for, (void*)(unsigned long)seconds, "unfreed_reader");
    if (IS_ERR(reader))
        return PTR_ERR(reader);
    wait_for_completion(&reading);
    for (i = 0; i < count; i++) {
        object = rcu_alloc_one();
        if (!object)
            break;
        object->next = chain;
        chain = object;
    }
    while (chain) {
        object = chain;
        chain = object->next;
        rcu_give_up_one(object);
    }
    return i == count ? 0 : -ENOMEM;
}
