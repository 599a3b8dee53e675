/* SPDX-License-Identifier: BSD-2-Clause */
/* tcp_leaker, built without frame pointers (CMakeLists.txt). */
#include "tcp_leaker.c"
