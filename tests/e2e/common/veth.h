/* SPDX-License-Identifier: BSD-2-Clause */
/* A pair of virtual Ethernet devices between two network namespaces of our own. */
#ifndef UNFREED_E2E_VETH_H
#define UNFREED_E2E_VETH_H

#include <sys/types.h>

/* Makes "uf0" here and "uf1" in the network namespace of a process. NULL, or why it cannot be. */
const char *veth_create(pid_t peer);
/* Gives a device of this namespace an address, NAPI (by switching GRO on) and sets it up. */
void veth_up(const char *name, unsigned int address);

#endif
