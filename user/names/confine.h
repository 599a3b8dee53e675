// SPDX-License-Identifier: BSD-2-Clause
// What the naming processes give up for good, before they see the first foreign byte.
#pragma once

namespace unfreed::names {

// Both: no new privileges, not to be traced or dumped by others, killed with their parent, limits
// of memory, files and descriptors, and only the system calls that the job needs. False: something
// could not be given up; the process must end then.

// No capability, and nothing can be opened.
bool confine_namer();
// The capabilities to look into other processes, as far as they are there; reading is all that can
// be done.
bool confine_opener();

// Allows the namer so much more CPU time; beyond that the kernel ends it.
void allow_cpu_seconds(unsigned seconds);

} // namespace unfreed::names
