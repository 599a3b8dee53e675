/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Picks the kernel types of the target architecture. The BPF programs are CO-RE: these headers only have to know
 * every type and field the sources name, the loader relocates the accesses to the kernel it runs on.
 */
#ifndef UNFREED_VMLINUX_H
#define UNFREED_VMLINUX_H

#if defined(__TARGET_ARCH_x86)
#include "x86/vmlinux.h"
#elif defined(__TARGET_ARCH_arm64)
#include "arm64/vmlinux.h"
#else
#error "no vmlinux.h for this target: compile with -D__TARGET_ARCH_x86 or -D__TARGET_ARCH_arm64"
#endif

#endif /* UNFREED_VMLINUX_H */
