// SPDX-License-Identifier: BSD-2-Clause
// What the type information of the running kernel says of it: features are read from its shapes and
// names, never from a version.
#pragma once

#include "base/result.h"
#include "bpf/handles.h"

#include <map>
#include <string>

namespace unfreed::bpf {

// Error: the slab tracepoints do not tell the cache (before 6.1), so that births and deaths cannot
// be followed exactly.
Result<> check_slab_tracepoints(const btf* btf);

// Programs at tracepoints can be preempted by another task (7.0 and later): more than two of them
// can be under way below a third one. True also when it cannot be told.
bool has_preemptible_tracepoints(const btf* btf);

// BPF programs can ask for the slab cache of an object (bpf_get_kmem_cache, 6.13 and later).
bool has_cache_of(const btf* btf);

// Which of the functions that hooks want (functions_of_interest) this kernel has.
std::map<std::string, bool> find_functions(const btf* btf);

} // namespace unfreed::bpf
