// SPDX-License-Identifier: BSD-2-Clause
// Test input by named fields: events, table slots, and the raw records they come from.
#pragma once

#include "abi/events.h"
#include "model/event.h"
#include "model/snapshot.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace unfreed::test {

inline constexpr std::uint64_t kSecond = 1'000'000'000;

// A complete, valid origin record, to be changed field by field.
inline uf_rec_origin origin_record() {
    uf_rec_origin record{};
    record.header = {UF_REC_ORIGIN, sizeof(record), 1, 5 * kSecond};
    record.origin = 7;
    record.tgid = 100;
    record.tid = 101;
    record.object_class = UF_CLASS_SOCKET;
    record.context = UF_CONTEXT_PROCESS;
    record.kernel_frames = 2;
    record.user_frames = 1;
    record.syscall = 41;
    record.call_site = 0xffffffff81000010;
    record.cache = 0xffff888000001000;
    record.cache_size = 1024;
    record.exec = 4;
    record.process_start = 3 * kSecond + 1;
    record.cgroup_id = 33;
    std::memcpy(record.comm, "leaker", 7);
    std::memcpy(record.cache_name, "TCP", 4);
    record.kernel_stack[0] = 0xffffffff81000010;
    record.kernel_stack[1] = 0xffffffff81000020;
    record.user_stack[0] = 0x401000;
    return record;
}

inline uf_rec_stage stage_record() {
    uf_rec_stage record{};
    record.header = {UF_REC_STAGE, sizeof(record), 1, 6 * kSecond};
    record.addr = 0xffff888000002000;
    record.birth_ns = 5 * kSecond;
    record.stage = UF_STAGE_RELEASED;
    record.tgid = 100;
    record.value = 9;
    return record;
}

inline uf_rec_free free_record() {
    uf_rec_free record{};
    record.header = {UF_REC_FREE, sizeof(record), 1, 7 * kSecond};
    record.addr = 0xffff888000002000;
    record.birth_ns = 5 * kSecond;
    record.origin = 7;
    record.tgid = 100;
    return record;
}

inline uf_rec_charged charged_record() {
    uf_rec_charged record{};
    record.header = {UF_REC_CHARGED, sizeof(record), 1, 7 * kSecond};
    record.addr = 0xffff888000002000;
    record.birth_ns = 5 * kSecond;
    record.origin = 7;
    record.tgid = 100;
    record.rmem_alloc = 1;
    record.wmem_queued = 2;
    record.forward_alloc = -3;
    return record;
}

inline uf_rec_given_up given_up_record() {
    uf_rec_given_up record{};
    record.header = {UF_REC_GIVEN_UP, sizeof(record), 1, 7 * kSecond};
    record.origin = 7;
    record.tgid = 100;
    record.context = UF_CONTEXT_KTHREAD;
    record.kernel_frames = 2;
    std::memcpy(record.comm, "kworker/0:1", 12);
    record.kernel_stack[0] = 0xffffffff81000030;
    record.kernel_stack[1] = 0xffffffff81000040;
    return record;
}

inline uf_rec_process process_record() {
    uf_rec_process record{};
    record.header = {UF_REC_PROCESS, sizeof(record), 1, 8 * kSecond};
    record.event = UF_PROCESS_EXIT;
    record.tgid = 100;
    record.parent_tgid = 1;
    record.exit_code = 256;
    record.held_files = 3;
    record.exec = 5;
    record.process_start = 2 * kSecond + 1;
    std::memcpy(record.comm, "leaker", 7);
    return record;
}

template <class Record>
std::vector<std::byte> bytes_of(const Record& record) {
    const auto bytes = std::as_bytes(std::span(&record, 1));
    return {bytes.begin(), bytes.end()};
}

// Decoded events. Every field has a default, so that a test names only what it is about.
struct OriginSpec {
    std::uint32_t id = 1;
    std::uint64_t time_ns = kSecond;
    std::uint32_t tgid = 100;
    std::uint32_t tid = 0; // 0: the main thread
    ObjectClass object_class = ObjectClass::socket;
    Context context = Context::process;
    std::uint64_t cache_object_bytes = 1024;
    ProgramId program = {};
    std::string comm = "leaker";
    std::string cache_name = "TCP";
    std::vector<std::uint64_t> kernel_stack = {0x10, 0x20};
    std::vector<std::uint64_t> user_stack = {0x1};
};
inline OriginEvent origin_event(const OriginSpec& spec = {}) {
    OriginEvent event;
    event.id = OriginId{spec.id};
    event.time_ns = spec.time_ns;
    event.tgid = spec.tgid;
    event.tid = spec.tid ? spec.tid : spec.tgid;
    event.program = spec.program;
    event.object_class = spec.object_class;
    event.context = spec.context;
    event.cache_object_bytes = spec.cache_object_bytes;
    event.comm = spec.comm;
    event.cache_name = spec.cache_name;
    event.kernel_stack = spec.kernel_stack;
    event.user_stack = spec.user_stack;
    return event;
}

struct StageSpec {
    std::uint64_t address = 0x1000;
    std::uint64_t birth_ns = kSecond;
    std::uint64_t time_ns = 2 * kSecond;
    std::uint32_t stage = UF_STAGE_RELEASED;
};
inline StageEvent stage_event(const StageSpec& spec = {}) {
    return StageEvent{spec.time_ns, spec.address, spec.birth_ns, spec.stage, 100, 0};
}

struct GivenUpSpec {
    std::uint32_t origin = 1;
    std::uint32_t tgid = 100;
    std::string comm = "giver";
    Context context = Context::process;
    std::vector<std::uint64_t> kernel_stack = {0x30, 0x40};
};
inline GivenUpEvent given_up_event(const GivenUpSpec& spec = {}) {
    return GivenUpEvent{2 * kSecond, OriginId{spec.origin}, spec.tgid, spec.context,
                        spec.comm,   spec.kernel_stack};
}

struct FreeSpec {
    std::uint64_t address = 0x1000;
    std::uint64_t birth_ns = kSecond;
    std::uint64_t time_ns = 3 * kSecond;
};
inline FreeEvent free_event(const FreeSpec& spec = {}) {
    return FreeEvent{spec.time_ns, spec.address, spec.birth_ns, OriginId{1}, 100};
}

struct ProcessSpec {
    ProcessEvent::Kind kind = ProcessEvent::Kind::fork;
    std::uint64_t time_ns = kSecond;
    std::uint32_t tgid = 100;
    std::uint32_t parent_tgid = 1;
    ProgramId program = {};
    std::string comm = "leaker";
};
inline ProcessEvent process_event(const ProcessSpec& spec = {}) {
    return ProcessEvent{spec.time_ns, spec.kind, spec.tgid, spec.parent_tgid, 0, 0,
                        spec.program, spec.comm};
}

struct ObjectSpec {
    std::uint64_t address = 0x1000;
    std::uint64_t birth_ns = kSecond;
    std::uint32_t origin = 1;
    std::uint32_t tgid = 100;
    std::uint64_t size_bytes = 0;
    std::uint32_t stages = 0;
    ObjectClass object_class = ObjectClass::socket;
    bool stack_checked = false;
};
inline TableObject table_object(const ObjectSpec& spec = {}) {
    return TableObject{spec.address,    spec.birth_ns, OriginId{spec.origin}, spec.tgid,
                       spec.size_bytes, spec.stages,   spec.object_class,     spec.stack_checked};
}

struct TableSpec {
    std::uint64_t taken_at_ns = 10 * kSecond;
    std::vector<ObjectSpec> objects = {};
    std::vector<std::pair<std::uint32_t, OriginCounts>> origins = {};
};
inline TableSnapshot table(const TableSpec& spec) {
    TableSnapshot snapshot;
    snapshot.taken_at_ns = spec.taken_at_ns;
    for (const ObjectSpec& object : spec.objects)
        snapshot.objects.push_back(table_object(object));
    for (const auto& [id, counts] : spec.origins)
        snapshot.origins.emplace(OriginId{id}, counts);
    return snapshot;
}

} // namespace unfreed::test
