/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One id for each hook of hooks.def. All programs that can serve a hook note the same id when they
 * run, which is how the start-up self-test finds a hook that attaches but is never called. */
#ifndef UF_ABI_HOOKS_H
#define UF_ABI_HOOKS_H

enum uf_hook {
#define UF_HOOK(id, object_class, stage, essential, tested, edition) UF_HOOK_##id,
#define UF_VARIANT(id, kind, target, program, copies, edition)
#include "hooks.def"
	UF_HOOK_COUNT,
};

#endif
