// SPDX-License-Identifier: BSD-2-Clause
#include "bpf/copies.h"

#include <abi/limits.h>

#include <algorithm>

namespace unfreed::bpf {

bool at_function(AttachKind kind) {
    return kind == AttachKind::fentry || kind == AttachKind::fexit;
}

unsigned Copies::of(const Variant& variant) const {
    if (!variant.copies)
        return 1;
    return at_function(variant.kind) ? at_functions : at_tracepoints;
}

// A CPU nests at most task, softirq and hardirq while preemption is off: with three copies one is
// free at each level.
std::string advise_copies(const Copies& in_use, Edition edition) {
    constexpr unsigned kLevels = 3;
    if (edition == Edition::legacy ||
        std::min(in_use.at_tracepoints, in_use.at_functions) >= kLevels)
        return "follow fewer objects (--class, -p)";
    return "try --copies 3";
}

Copies choose_copies(unsigned asked, Edition edition, bool guarded,
                     const Preemptible& preemptible) {
    Copies copies{asked, asked};
    if (asked == 0) {
        copies.at_tracepoints = preemptible.tracepoints ? UF_COPIES_PREEMPTIBLE : UF_COPIES;
        // A preempted task is a level more.
        copies.at_functions = preemptible.tracepoints ? UF_COPIES_PREEMPTIBLE
                              : preemptible.functions ? UF_COPIES + 1
                                                      : UF_COPIES;
    }
    if (edition == Edition::legacy) { // it has no more, and without a guard one is exact
        const unsigned most = guarded ? UF_COPIES_LEGACY : 1;
        copies.at_tracepoints = std::min(copies.at_tracepoints, most);
        copies.at_functions = std::min(copies.at_functions, most);
    }
    return copies;
}

} // namespace unfreed::bpf
