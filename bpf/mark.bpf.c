// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "lib/hook.bpf.h"

__noinline int copy__looks(u64 ctx, u32 hook, u32 copy, u32 copies, u32 preemptible)
{
	struct task_struct *task = compat__current_task();
	struct uf_cpu *cpu = cpu__this();
	struct uf_mark_stack stack;

	if (!cpu || hook >= UF_HOOK_COUNT)
		return 1;
	stack.start = (u64)UF_TASK(task, stack);
	/* It ends with the registers of user space. */
	stack.size = compat__stack_end(task) - stack.start;
	return mark__turn(&cpu->marks[hook], &cpu->rescued[hook], ctx, &stack, copy == 0,
			  copy + 1 >= copies, preemptible != 0);
}
