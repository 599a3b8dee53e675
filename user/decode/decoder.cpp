// SPDX-License-Identifier: BSD-2-Clause
#include "decode/decoder.h"

#include "abi/events.h"
#include "abi/table.h"

#include <elf.h>
#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace unfreed {
namespace {

// kmalloc tells the size it gave, not the cache: "kmalloc-96", "kmalloc-4k". Which of the caches of
// this size (cgroup-accounted, reclaimable, random copies) is not known. Empty: no size.
std::string kmalloc_name(std::uint32_t bytes) {
    constexpr std::uint32_t kLargestCache = 8192; // KMALLOC_MAX_CACHE_SIZE with 4 KiB pages
    if (bytes == 0)
        return {};
    if (bytes > kLargestCache)
        return "kmalloc-large";
    return bytes % 1024 == 0 ? fmt::format("kmalloc-{}k", bytes / 1024)
                             : fmt::format("kmalloc-{}", bytes);
}

// Every stage bit that has a meaning; the highest is the last of enum uf_stage.
constexpr std::uint32_t kKnownStages = (UF_STAGE_HELD_AT_EXIT << 1) - 1;

tl::unexpected<Error> malformed(std::string message) {
    return fail(Errc::malformed, std::move(message));
}

template <class Record>
Result<Record> copy_record(std::span<const std::byte> bytes, const char* name) {
    if (bytes.size() != sizeof(Record))
        return malformed(
            fmt::format("{} record has {} bytes, not {}", name, bytes.size(), sizeof(Record)));
    Record record;
    std::memcpy(&record, bytes.data(), sizeof(record));
    return record;
}

template <std::size_t size>
Result<std::string> text_of(const char (&field)[size], const char* name) {
    const char* end = std::find(field, field + size, '\0');
    if (end == field + size)
        return malformed(fmt::format("{} is not terminated", name));
    return std::string(field, end);
}

template <std::size_t size>
Result<std::vector<std::uint64_t>> stack_of(const __u64 (&field)[size], std::size_t frames,
                                            const char* name) {
    if (frames > size)
        return malformed(fmt::format("{} has {} frames, at most {} fit", name, frames, size));
    return std::vector<std::uint64_t>(field, field + frames);
}

Result<ObjectClass> class_of(std::uint8_t value) {
    if (value == UF_CLASS_NONE || value >= UF_CLASS_COUNT)
        return malformed(fmt::format("unknown object class {}", value));
    return static_cast<ObjectClass>(value);
}

Result<Context> context_of(std::uint8_t value) {
    switch (value) {
    case UF_CONTEXT_PROCESS:
        return Context::process;
    case UF_CONTEXT_SOFTIRQ:
        return Context::softirq;
    case UF_CONTEXT_HARDIRQ:
        return Context::hardirq;
    case UF_CONTEXT_KTHREAD:
        return Context::kworker;
    case UF_CONTEXT_IDLE:
        return Context::idle;
    default:
        return malformed(fmt::format("unknown context {}", value));
    }
}

// The address is what identifies an object; 0 is "no object" and an odd one a slot being filled.
Result<> check_address(std::uint64_t address) {
    if (address == 0 || (address & UF_ADDR_FILLING))
        return malformed(fmt::format("{:#x} is not the address of an object", address));
    return {};
}

Result<Event> decode_origin(std::span<const std::byte> bytes) {
    auto record = copy_record<uf_rec_origin>(bytes, "origin");
    if (!record)
        return fail(std::move(record.error()));
    if (record->origin == 0)
        return malformed("origin record names no origin");
    auto object_class = class_of(record->object_class);
    if (!object_class)
        return fail(std::move(object_class.error()));
    auto context = context_of(record->context);
    if (!context)
        return fail(std::move(context.error()));
    auto kernel_stack = stack_of(record->kernel_stack, record->kernel_frames, "kernel stack");
    if (!kernel_stack)
        return fail(std::move(kernel_stack.error()));
    auto user_stack = stack_of(record->user_stack, record->user_frames, "user stack");
    if (!user_stack)
        return fail(std::move(user_stack.error()));
    auto comm = text_of(record->comm, "comm of an origin");
    if (!comm)
        return fail(std::move(comm.error()));
    auto cache_name = text_of(record->cache_name, "cache name");
    if (!cache_name)
        return fail(std::move(cache_name.error()));

    OriginEvent event;
    event.id = OriginId{record->origin};
    event.time_ns = record->header.ktime_ns;
    event.tgid = record->tgid;
    event.tid = record->tid;
    event.program = {record->process_start, record->exec};
    event.object_class = *object_class;
    event.context = *context;
    // Entries that are no system calls (faults, interrupts) leave other negative numbers there.
    event.syscall = std::max(record->syscall, -1);
    event.call_site = record->call_site;
    event.cache_address = record->cache;
    event.cache_object_bytes = std::uint64_t{record->cache_size} * card_of(*object_class).size_unit;
    event.cgroup_id = record->cgroup_id;
    event.comm = std::move(*comm);
    event.cache_name = std::move(*cache_name);
    if (event.cache_name.empty() && record->cache == 0 && is_of_cache(*object_class))
        event.cache_name = kmalloc_name(record->cache_size);
    event.kernel_stack = std::move(*kernel_stack);
    event.user_stack = std::move(*user_stack);
    return Event{std::move(event)};
}

Result<Event> decode_stage(std::span<const std::byte> bytes) {
    auto record = copy_record<uf_rec_stage>(bytes, "stage");
    if (!record)
        return fail(std::move(record.error()));
    if (auto ok = check_address(record->addr); !ok)
        return fail(std::move(ok.error()));
    if (!std::has_single_bit(record->stage) || !(record->stage & kKnownStages))
        return malformed(fmt::format("{:#x} is not one known stage", record->stage));
    return Event{StageEvent{record->header.ktime_ns, record->addr, record->birth_ns, record->stage,
                            record->tgid, record->value}};
}

Result<Event> decode_free(std::span<const std::byte> bytes) {
    auto record = copy_record<uf_rec_free>(bytes, "free");
    if (!record)
        return fail(std::move(record.error()));
    if (auto ok = check_address(record->addr); !ok)
        return fail(std::move(ok.error()));
    return Event{FreeEvent{record->header.ktime_ns, record->addr, record->birth_ns,
                           OriginId{record->origin}, record->tgid}};
}

Result<Event> decode_charged(std::span<const std::byte> bytes) {
    auto record = copy_record<uf_rec_charged>(bytes, "charged");
    if (!record)
        return fail(std::move(record.error()));
    if (auto ok = check_address(record->addr); !ok)
        return fail(std::move(ok.error()));
    ChargedEvent event;
    event.time_ns = record->header.ktime_ns;
    event.address = record->addr;
    event.birth_ns = record->birth_ns;
    event.origin = OriginId{record->origin};
    event.tgid = record->tgid;
    event.rmem_alloc = record->rmem_alloc;
    event.wmem_queued = record->wmem_queued;
    event.forward_alloc = record->forward_alloc;
    return Event{event};
}

Result<Event> decode_given_up(std::span<const std::byte> bytes) {
    auto record = copy_record<uf_rec_given_up>(bytes, "given-up");
    if (!record)
        return fail(std::move(record.error()));
    if (record->origin == 0)
        return malformed("given-up record names no origin");
    auto context = context_of(record->context);
    if (!context)
        return fail(std::move(context.error()));
    auto kernel_stack = stack_of(record->kernel_stack, record->kernel_frames, "kernel stack");
    if (!kernel_stack)
        return fail(std::move(kernel_stack.error()));
    auto comm = text_of(record->comm, "comm of a given-up record");
    if (!comm)
        return fail(std::move(comm.error()));
    return Event{GivenUpEvent{record->header.ktime_ns, OriginId{record->origin}, record->tgid,
                              *context, std::move(*comm), std::move(*kernel_stack)}};
}

// Registers of a copied user stack, the program counter last; 0: a machine not known here.
std::size_t registers_of(std::uint32_t machine) {
    switch (machine) {
    case EM_X86_64:
        return 17;
    case EM_AARCH64:
        return 33;
    default:
        return 0;
    }
}

Result<Event> decode_user_stack(std::span<const std::byte> bytes) {
    uf_rec_user_stack record;
    if (bytes.size() < sizeof(record))
        return malformed(fmt::format("user stack record of {} bytes is too short", bytes.size()));
    std::memcpy(&record, bytes.data(), sizeof(record));
    bytes = bytes.subspan(sizeof(record));
    if (record.origin == 0)
        return malformed("user stack record names no origin");
    if (record.bytes == 0 || record.bytes > bytes.size())
        return malformed(fmt::format("user stack record claims {} bytes of stack, it has {}",
                                     record.bytes, bytes.size()));
    const std::size_t registers = registers_of(record.machine);
    if (registers == 0)
        return malformed(fmt::format("user stack record of unknown machine {}", record.machine));
    UserStackCopy copy;
    copy.origin = OriginId{record.origin};
    copy.tgid = record.tgid;
    copy.machine = record.machine;
    copy.registers.assign(record.registers, record.registers + registers);
    copy.start = record.start;
    copy.bytes.assign(bytes.begin(), bytes.begin() + record.bytes);
    return Event{std::move(copy)};
}

Result<ProcessEvent::Kind> process_kind_of(std::uint32_t value) {
    switch (value) {
    case UF_PROCESS_FORK:
        return ProcessEvent::Kind::fork;
    case UF_PROCESS_EXEC:
        return ProcessEvent::Kind::exec;
    case UF_PROCESS_EXIT:
        return ProcessEvent::Kind::exit;
    default:
        return malformed(fmt::format("unknown process event {}", value));
    }
}

Result<Event> decode_process(std::span<const std::byte> bytes) {
    auto record = copy_record<uf_rec_process>(bytes, "process");
    if (!record)
        return fail(std::move(record.error()));
    auto kind = process_kind_of(record->event);
    if (!kind)
        return fail(std::move(kind.error()));
    if (record->tgid == 0)
        return malformed("process record names no process");
    auto comm = text_of(record->comm, "comm of a process");
    if (!comm)
        return fail(std::move(comm.error()));
    return Event{ProcessEvent{record->header.ktime_ns, *kind, record->tgid, record->parent_tgid,
                              record->exit_code, record->held_files,
                              ProgramId{record->process_start, record->exec}, std::move(*comm)}};
}

} // namespace

Result<Event> decode(std::span<const std::byte> bytes) {
    uf_rec_header header;
    if (bytes.size() < sizeof(header))
        return malformed(fmt::format("record of {} bytes is too short", bytes.size()));
    std::memcpy(&header, bytes.data(), sizeof(header));
    if (header.size != bytes.size())
        return malformed(
            fmt::format("record says it has {} bytes but has {}", header.size, bytes.size()));
    switch (header.type) {
    case UF_REC_ORIGIN:
        return decode_origin(bytes);
    case UF_REC_STAGE:
        return decode_stage(bytes);
    case UF_REC_FREE:
        return decode_free(bytes);
    case UF_REC_PROCESS:
        return decode_process(bytes);
    case UF_REC_CHARGED:
        return decode_charged(bytes);
    case UF_REC_USER_STACK:
        return decode_user_stack(bytes);
    case UF_REC_GIVEN_UP:
        return decode_given_up(bytes);
    default:
        return malformed(fmt::format("unknown record type {}", header.type));
    }
}

} // namespace unfreed
