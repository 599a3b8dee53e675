/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Arguments and result of a traced function in fentry, fexit and LSM programs, as plain numbers:
 * read from ctx they would be typed pointers, on which the verifier permits no arithmetic. */
#ifndef UF_LIB_TRAMPOLINE_H
#define UF_LIB_TRAMPOLINE_H

#include "lib/maps.bpf.h"

static __always_inline u64 trampoline__arg(void *ctx, u32 n)
{
	u64 value = 0;

	if (bpf_get_func_arg(ctx, n, &value))
		return 0;
	return value;
}

/* bpf_get_func_ret (5.17) needs no knowledge of how many arguments the function has, which changes
 * between kernels: do_accept, inet_csk_accept, sk_clone. */
static __always_inline u64 trampoline__ret(void *ctx)
{
	u64 value = 0;

	if (bpf_get_func_ret(ctx, &value))
		return 0;
	return value;
}

#endif
