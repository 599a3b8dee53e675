// SPDX-License-Identifier: BSD-2-Clause
// The ladder of every hook as data: which programs can serve it, in order of preference.
#pragma once

#include "abi/hooks.h"
#include "bpf/features.h"
#include "model/object_class.h"

#include <optional>
#include <span>
#include <string_view>

namespace unfreed::bpf {

// The BPF side exists twice: for kernels from 6.1 on, and for older ones, which lack helpers,
// atomic operations and tracepoint arguments.
enum class Edition : unsigned char { current, legacy };

// One way to serve a hook.
struct Variant {
    uf_hook hook;
    AttachKind kind;
    const char* target;  // tracepoint, function or LSM hook of the kernel
    const char* program; // BPF program; with copies: the stem of program_0 and so on
    bool copies;         // has idempotent copies (bpf/copies.h)
    std::optional<Edition> only = std::nullopt; // not in the other edition
};

// What a hook is for.
struct HookInfo {
    uf_hook hook;
    std::string_view object_class; // "slab", "socket", "dentry", "process"
    std::string_view stage;        // "birth", "death" or a stage name
    bool essential;                // births and deaths: without it the class cannot be followed
    bool tested = true;            // the self-test makes it happen
    std::optional<Edition> only = std::nullopt; // the other edition does not need it
};

std::span<const Variant> all_variants();
const HookInfo& hook_info(uf_hook hook);

} // namespace unfreed::bpf
