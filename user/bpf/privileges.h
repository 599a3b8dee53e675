// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.h"

#include <string_view>

namespace unfreed::bpf {

// Checks what tracing needs before anything is tried: the capabilities, that they count (no user
// namespace, no lockdown), and the kernel's type information. The error names what is missing and
// what to do.
Result<> check_privileges();
Result<> check_kernel_btf();
// The kernel side knows processes by their numbers in the initial PID namespace only.
Result<> check_pid_namespace();

// Of the text of /sys/kernel/security/lockdown: no program may read the kernel's memory.
bool is_confidential(std::string_view lockdown);

} // namespace unfreed::bpf
