/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How a spare copy of a program learns whether copy 0 got the event, and what is lost of those that
 * copy 0 did not get. Plain C without helpers, so that tests/unit/bpf can run it through every
 * interrupt.
 *
 * The kernel skips a program that is already running on this CPU. Copy 0 leaves a mark of each
 * event that it gets, first of all and whatever it then does with it; the last copy takes it away.
 * A spare copy that finds no mark of its event is the one to do it, and counts it as rescued: copy
 * 0 was skipped, and the kernel has counted that miss. So
 *
 *     misses of copy 0 - rescued = events that no copy got.
 *
 * The mark is the address of the context, which is the same for all copies of an event and differs
 * from that of every event around it, because both lie on a stack. Events nest: one that lands
 * between two copies of another must not touch the mark of that one. So the marks of a hook on a
 * CPU are a stack, too, and an event leaves its mark above those of the events around it.
 *
 * A mark stays behind when the last copy of an event is skipped: the event landed in the last copy
 * of another, which then clears all above its own mark. Only one that lands after that is left, at
 * the bottom. Where such a dead mark is in the way it is told by its address: below the present
 * event on the same stack nothing is alive, and while the current task's stack is in use, nothing
 * on any other (struct uf_mark_stack).
 *
 * All that holds where events of a CPU are done in the order of a stack. Where tasks preempt one
 * another inside of a hook, those of tasks are not, and their marks get lost: the event is then
 * done twice, which is harmless, but whether copy 0 was skipped is not known. The events of
 * interrupts are in order even there, and only they are counted as rescued, so that the difference
 * above is never less than what is lost.
 */
#ifndef UF_LIB_MARK_H
#define UF_LIB_MARK_H

#include "abi/table.h"

#ifndef mark__read
#define mark__read(word)	 (*(volatile __u64 *)(word))
#define mark__write(word, value) (*(volatile __u64 *)(word) = (value))
#define mark__add(word, value)	 __sync_fetch_and_add(word, value)
#endif

/* The kernel stack of the current task; all else of a CPU runs on its interrupt stack. */
struct uf_mark_stack {
	__u64 start;
	__u64 size;
};

enum uf_turn {
	UF_TURN_HANDLED, /* a copy before this one got the event */
	UF_TURN_MINE,
	UF_TURN_LOOK, /* ask mark__turn */
};

static inline __attribute__((always_inline)) void mark__clear_above(struct uf_marks *marks, int at)
{
	for (int i = at + 1; i < UF_MARKS; i++)
		mark__write(&marks->ctx[i], 0);
}

/* When no event is around this one, which is so nearly always. */
static inline __attribute__((always_inline)) enum uf_turn
mark__usual_turn(struct uf_marks *marks, __u64 ctx, bool first, bool last)
{
	__u64 bottom = mark__read(&marks->ctx[0]);

	if (first) {
		if (bottom)
			return UF_TURN_LOOK;
		mark__write(&marks->ctx[0], ctx);
		return UF_TURN_MINE;
	}
	if (bottom != ctx)
		return UF_TURN_LOOK;
	if (last) {
		/* In this order: what lands in between finds the bottom free. */
		mark__write(&marks->ctx[0], 0);
		if (mark__read(&marks->ctx[1]))
			mark__clear_above(marks, 0);
	}
	return UF_TURN_HANDLED;
}

static inline __attribute__((always_inline)) bool mark__is_dead(__u64 mark, __u64 ctx,
								const struct uf_mark_stack *stack)
{
	bool on_stack = mark - stack->start < stack->size;

	if (ctx - stack->start < stack->size)
		return !on_stack || mark <= ctx;
	return !on_stack && mark <= ctx;
}

/* False: no room. */
static inline __attribute__((always_inline)) bool mark__leave(struct uf_marks *marks, __u64 ctx,
							      const struct uf_mark_stack *stack)
{
	int at = 0;

	for (int i = 0; i < UF_MARKS; i++) {
		__u64 mark = mark__read(&marks->ctx[i]);

		if (mark && !mark__is_dead(mark, ctx, stack))
			at = i + 1;
	}
	for (int i = 0; i < UF_MARKS; i++)
		if (i == at)
			mark__write(&marks->ctx[i], ctx);
		else if (i > at)
			mark__write(&marks->ctx[i], 0);
	return at < UF_MARKS;
}

static inline __attribute__((always_inline)) bool mark__find(struct uf_marks *marks, __u64 ctx,
							     bool take)
{
	bool found = false;

	for (int i = 0; i < UF_MARKS; i++) {
		found |= mark__read(&marks->ctx[i]) == ctx;
		if (found && take)
			mark__write(&marks->ctx[i], 0);
	}
	return found;
}

/* True: the event is this copy's. `preemptible`: tasks preempt one another between copies. */
static inline __attribute__((always_inline)) bool
mark__turn(struct uf_marks *marks, __s64 *rescued, __u64 ctx, const struct uf_mark_stack *stack,
	   bool first, bool last, bool preemptible)
{
	bool sure = !preemptible || ctx - stack->start >= stack->size;

	if (!first) {
		if (mark__find(marks, ctx, last))
			return false;
		if (sure)
			mark__add(rescued, 1);
	}
	/* Without room the next copy counts it once more. */
	if (!last && !mark__leave(marks, ctx, stack) && sure)
		mark__add(rescued, -1);
	return true;
}

#endif
