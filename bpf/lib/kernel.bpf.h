/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Constants of the kernel that its type information does not have: they are macros there. */
#ifndef UF_LIB_KERNEL_H
#define UF_LIB_KERNEL_H

#define UF_S_IFMT   00170000
#define UF_S_IFSOCK 0140000
#define UF_S_IFDIR  0040000
#define UF_AF_UNIX  1
#define UF_AF_INET  2
#define UF_AF_INET6 10
/* A bit of sk_flags: enum sock_flags, include/net/sock.h, has SOCK_DEAD first since 2.6. */
#define UF_SOCK_DEAD (1UL << 0)

#endif
