// SPDX-License-Identifier: BSD-2-Clause
// What the type information of the running kernel says of it: features are read from its shapes and
// names, never from a version.
#pragma once

#include "base/result.h"
#include "bpf/handles.h"
#include "bpf/hook_table.h"

#include <map>
#include <string>

namespace unfreed::bpf {

// By the shape of the slab tracepoints. Error: neither edition of the BPF side knows it.
Result<Edition> find_edition(const btf* btf);

// The kernel skips programs that are running already on the CPU, and counts it (5.12 and later).
bool has_recursion_guard(const btf* btf);

// Programs at tracepoints can be preempted by another task (7.0 and later): more than two of them
// can be under way below a third one. True also when it cannot be told.
bool has_preemptible_tracepoints(const btf* btf);

// The kernel is built so that tasks can preempt one another in kernel code; whether they do may be
// chosen at boot. True also when it cannot be told.
bool has_preemptible_kernel_code(const btf* btf);

// BPF programs can find the slab cache of an object: they ask for it (bpf_get_kmem_cache, 6.13 and
// later), or read it from its page (legacy edition).
bool has_cache_of(const btf* btf, Edition edition);

// The birth of per-CPU memory tells who asked for it (5.19 and later).
bool tells_percpu_call_site(const btf* btf);

// Which of the functions that hooks want (functions_of_interest) this kernel has.
std::map<std::string, bool> find_functions(const btf* btf);

} // namespace unfreed::bpf
