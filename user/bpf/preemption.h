// SPDX-License-Identifier: BSD-2-Clause
// Where the running kernel lets one task preempt another.
#pragma once

#include "bpf/copies.h"
#include "bpf/handles.h"

#include <string_view>

namespace unfreed::bpf {

// `modes`: as the kernel lists them, the one in use in parentheses: "none (voluntary) full". True
// also when it cannot be told.
bool mode_preempts_kernel_code(std::string_view modes);

Preemptible find_preemptible(const btf* btf);

} // namespace unfreed::bpf
