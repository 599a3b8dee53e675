/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Fixed-width types and layout assertions for headers that BPF C and C++ both include. */
#ifndef UF_ABI_TYPES_H
#define UF_ABI_TYPES_H

#ifdef __bpf__
#include "vmlinux.h"
#else
#include <linux/types.h>
#include <stddef.h>
#endif

#ifdef __cplusplus
#define UF_U32(value)		     static_cast<__u32>(value)
#define UF_STATIC_ASSERT(cond, text) static_assert(cond, text)
#else
#define UF_U32(value)		     ((__u32)(value))
#define UF_STATIC_ASSERT(cond, text) _Static_assert(cond, text)
#endif

/* The size of a struct is part of the contract: neither compiler may pad it differently. */
#define UF_ASSERT_SIZE(type, bytes) UF_STATIC_ASSERT(sizeof(type) == (bytes), #type " changed size")

#endif
