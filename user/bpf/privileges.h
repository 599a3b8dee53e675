// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.h"

namespace unfreed::bpf {

// Checks what tracing needs before anything is tried: the capabilities and the kernel's type
// information. The error names what is missing and what to do.
Result<> check_privileges();
Result<> check_kernel_btf();
// The kernel side knows processes by their numbers in the initial PID namespace only.
Result<> check_pid_namespace();

} // namespace unfreed::bpf
