// SPDX-License-Identifier: BSD-2-Clause
// The processes of the tool that name functions.
#pragma once

#include <sys/types.h>

#include <string>

namespace unfreed::e2e {

// A line of /proc/PID/status without its name.
std::string status_of(pid_t pid, const std::string& field);

// The child of the tool with this name; 0: there is none.
pid_t worker_of(pid_t tool, const std::string& name);
// The same as soon as it has given up everything; 0: there is none in time.
pid_t wait_for_worker(pid_t tool, const std::string& name);
// Waits until it is gone, or a zombie.
bool has_ended(pid_t pid);

} // namespace unfreed::e2e
