/* SPDX-License-Identifier: BSD-2-Clause */
/* tcp_leaker, built without frame pointers (CMakeLists.txt), called by code that keeps them. */
#include "tcp_leaker.c"
