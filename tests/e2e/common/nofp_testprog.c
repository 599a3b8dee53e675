/* SPDX-License-Identifier: BSD-2-Clause */
/* testprog.c without frame pointers; the linker takes this one instead of the library's. */
#include "testprog.c"
