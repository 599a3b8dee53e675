// SPDX-License-Identifier: BSD-2-Clause
// How many copies of each birth and death program are attached (docs/accuracy.md, "Events the
// kernel skips").
#pragma once

#include "bpf/hook_table.h"

#include <string>

namespace unfreed::bpf {

// Where one task can preempt another inside of programs, and between the copies of one. A host of
// which it is not known counts as such.
struct Preemptible {
    bool tracepoints = true;
    bool functions = true;
};

// Is the program part of the kernel function it is attached to (fentry, fexit)?
bool at_function(AttachKind kind);

struct Copies {
    unsigned at_tracepoints = 1;
    unsigned at_functions = 1;

    unsigned of(const Variant& variant) const;
};

// Where a trace lost events: what else to try. Empty: there is nothing better.
std::string advise_copies(const Copies& in_use, Edition edition);

// `asked` 0: as many as this kernel needs. `guarded`: the kernel skips programs that are running.
Copies choose_copies(unsigned asked, Edition edition, bool guarded, const Preemptible& preemptible);

} // namespace unfreed::bpf
