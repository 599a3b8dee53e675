// SPDX-License-Identifier: BSD-2-Clause
// CPU time, and whether it is judged here.
#pragma once

#include <sys/types.h>

namespace unfreed::e2e {

// Seconds of CPU that a process has had, all its threads.
double cpu_seconds(pid_t pid);
// Seconds that its main thread wanted a CPU and others had it.
double seconds_in_queue(pid_t pid);
// Seconds of CPU that the whole host has had, idle ones left out.
double busy_seconds();
// Software emulation is some 13 times slower: there the figures are printed only.
bool is_judged();

} // namespace unfreed::e2e
