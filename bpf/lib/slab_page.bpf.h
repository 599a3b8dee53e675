/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What lies at an address of the slab allocator, by way of its page (slab_page.bpf.c). */
#ifndef UF_LIB_SLAB_PAGE_H
#define UF_LIB_SLAB_PAGE_H

#include "abi/types.h"

/* The object that a member of it belongs to. 0: it cannot be told; what lies in no slab may be told
 * wrong, but is in no table. Global, so that the verifier reads it once. */
u64 slab_page__object(u64 addr);

#endif
