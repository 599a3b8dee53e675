/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Arguments and result of a traced function in fentry, fexit and LSM programs, as plain numbers:
 * read from ctx they would be typed pointers, on which the verifier permits no arithmetic. */
#ifndef UF_LIB_TRAMPOLINE_H
#define UF_LIB_TRAMPOLINE_H

#include "lib/maps.bpf.h"

#ifndef UF_LEGACY

static __always_inline u64 trampoline__arg(void *ctx, u32 n)
{
	u64 value = 0;

	if (bpf_get_func_arg(ctx, n, &value))
		return 0;
	return value;
}

/* bpf_get_func_ret (5.17) needs no knowledge of how many arguments the function has, which changes
 * between kernels: do_accept, inet_csk_accept, sk_clone. `args`: how many it has on kernels without
 * that helper. */
static __always_inline u64 trampoline__ret(void *ctx, u32 args)
{
	u64 value = 0;

	if (bpf_get_func_ret(ctx, &value))
		return 0;
	return value;
}

#else

/* The context is an array of the arguments, with the result behind them. A helper reads it, because
 * the verifier refuses some arguments (void **) and takes others for typed pointers. */
static __always_inline u64 trampoline__arg(void *ctx, u32 n)
{
	u64 value = 0;

	if (bpf_probe_read_kernel(&value, sizeof(value), ctx + n * sizeof(value)))
		return 0;
	return value;
}

static __always_inline u64 trampoline__ret(void *ctx, u32 args)
{
	return trampoline__arg(ctx, args);
}

#endif
#endif
