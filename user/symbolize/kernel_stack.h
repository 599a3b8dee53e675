// SPDX-License-Identifier: BSD-2-Clause
// From the addresses that a BPF program saw on the kernel stack to frames a person can read.
#pragma once

#include "model/event.h"
#include "model/report.h"
#include "symbolize/kernel_symbols.h"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace unfreed {

// True for functions that are on the stack only because somebody traces: BPF programs and their
// trampolines, the dispatch of tracepoints, ftrace, kprobes, BPF LSM.
bool is_tracing_function(std::string_view name);

// One return address (also: the call site a tracepoint reports). The function is the one that
// contains the byte before it, because a call can be the last instruction of its function; the
// printed offset is that of the address itself, as the kernel's own traces do. An address of no
// known function gives a frame with an empty function and module.
Frame symbolize_return_address(std::uint64_t address, const KernelSymbols& symbols);

// The frames of a stack, innermost first, without the tracing functions at its inner end.
// addresses: innermost first, as bpf_get_stack gives them; the first is where the program ran, all
// others are return addresses. Frames are removed by what they are, never by how many they are: the
// number differs with kernel, architecture and kind of probe. Unknown addresses go with them only
// where a tracing function follows within four frames (BPF programs that kallsyms does not list). A
// stack of tracing functions only is left whole.
std::vector<Frame> normalize_kernel_stack(std::span<const std::uint64_t> addresses,
                                          const KernelSymbols& symbols);

// What the CPU was doing, derived from function names, for records that do not say so. frames:
// innermost first; the innermost function that tells decides, so an interrupt during a system call
// counts as one. Nothing known: Context::process.
Context context_of(std::span<const Frame> frames);

} // namespace unfreed
