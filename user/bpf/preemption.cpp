// SPDX-License-Identifier: BSD-2-Clause
#include "bpf/preemption.h"

#include "base/read_file.h"
#include "bpf/kernel_btf.h"

namespace unfreed::bpf {

bool mode_preempts_kernel_code(std::string_view modes) {
    return modes.find("(none)") == std::string_view::npos &&
           modes.find("(voluntary)") == std::string_view::npos;
}

Preemptible find_preemptible(const btf* btf) {
    Preemptible found;
    found.tracepoints = has_preemptible_tracepoints(btf);
    found.functions = has_preemptible_kernel_code(btf);
    // Most distributions build for all modes and choose when they boot.
    if (found.functions)
        if (const auto modes = read_file("/sys/kernel/debug/sched/preempt"); modes)
            found.functions = mode_preempts_kernel_code(*modes);
    return found;
}

} // namespace unfreed::bpf
