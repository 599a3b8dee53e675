// SPDX-License-Identifier: BSD-2-Clause
// What the kernel side tells, decoded: plain values with no pointer into the ring buffer.
#pragma once

#include "base/strong_id.h"
#include "model/object_class.h"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace unfreed {

struct OriginTag {};
// Index + 1 of the kernel's origin table; value 0: unknown origin.
using OriginId = StrongId<OriginTag, std::uint32_t>;

enum class Context : std::uint8_t { process, softirq, hardirq, kworker, idle };
std::string_view to_string(Context context);

// A program is (tgid, start, exec), and (tgid, start) a process: numbers are used again, and a
// process runs one program after the other.
struct ProgramId {
    std::uint64_t start_ns = 0; // of the process, CLOCK_BOOTTIME of the host; 0: unknown
    std::uint32_t exec = 0;     // which of its programs; a fork has the number of its parent
    // Of one number: the later program is the greater one.
    friend auto operator<=>(const ProgramId&, const ProgramId&) = default;
};

struct Program {
    std::uint32_t tgid = 0;
    ProgramId id;
    friend auto operator<=>(const Program&, const Program&) = default;
};

// Where objects come from: seen once, the first time an object of this origin is born.
struct OriginEvent {
    OriginId id;
    std::uint64_t time_ns = 0;
    std::uint32_t tgid = 0;
    std::uint32_t tid = 0;
    ProgramId program; // of tgid; unknown for what a softirq made for a listener
    ObjectClass object_class = ObjectClass::slab;
    Context context = Context::process;
    std::int32_t syscall = -1;
    std::uint64_t call_site = 0;
    std::uint64_t cache_address = 0;
    std::uint64_t cache_object_bytes = 0; // 0: unknown
    std::uint64_t cgroup_id = 0;
    std::string comm;
    std::string cache_name;                  // empty: unknown (kmalloc before the size is known)
    std::vector<std::uint64_t> kernel_stack; // innermost first; empty: could not be read
    std::vector<std::uint64_t> user_stack;
    bool user_stack_unwound = false; // from a copy, by unwind tables; else by frame pointers
    std::vector<std::uint64_t> walked_user_stack; // by frame pointers, if unwound
};

// Registers of a process as it entered the kernel, and its stack from there on: of one birth of an
// origin.
struct UserStackCopy {
    OriginId origin;
    std::uint32_t tgid = 0;
    std::uint32_t machine = 0;            // e_machine of ELF
    std::vector<std::uint64_t> registers; // as DWARF numbers them, the program counter last
    std::uint64_t start = 0;              // address of the first byte
    std::vector<std::byte> bytes;
};

// A followed object reached a stage of its life the first time.
struct StageEvent {
    std::uint64_t time_ns = 0;
    std::uint64_t address = 0;
    std::uint64_t birth_ns = 0;
    std::uint32_t stage = 0; // one bit of enum uf_stage
    std::uint32_t tgid = 0;
    std::uint64_t value = 0;
};

// A socket was at its end, and memory was still charged to it.
struct ChargedEvent {
    std::uint64_t time_ns = 0;
    std::uint64_t address = 0;
    std::uint64_t birth_ns = 0;
    OriginId origin;
    std::uint32_t tgid = 0;
    std::int32_t rmem_alloc = 0;
    std::int32_t wmem_queued = 0;
    std::int32_t forward_alloc = 0;
};

// An object of this origin was given to RCU: who did it, and where.
struct GivenUpEvent {
    std::uint64_t time_ns = 0;
    OriginId origin;
    std::uint32_t tgid = 0; // 0: an interrupt
    Context context = Context::process;
    std::string comm;
    std::vector<std::uint64_t> kernel_stack; // innermost first; empty: could not be read
};

struct FreeEvent {
    std::uint64_t time_ns = 0;
    std::uint64_t address = 0;
    std::uint64_t birth_ns = 0;
    OriginId origin;
    std::uint32_t tgid = 0;
};

struct ProcessEvent {
    // Of chosen processes; of an exec, of all.
    enum class Kind : std::uint8_t { fork, exec, exit };
    std::uint64_t time_ns = 0;
    Kind kind = Kind::fork;
    std::uint32_t tgid = 0;
    std::uint32_t parent_tgid = 0;
    std::uint32_t exit_code = 0; // as wait() gives it
    std::uint32_t held_files = 0;
    ProgramId program; // after the event
    std::string comm;
};

using Event = std::variant<OriginEvent, StageEvent, FreeEvent, ProcessEvent, ChargedEvent,
                           UserStackCopy, GivenUpEvent>;

} // namespace unfreed
