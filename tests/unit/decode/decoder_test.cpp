// SPDX-License-Identifier: BSD-2-Clause
#include "abi/table.h"
#include "decode/decoder.h"
#include "support/event_builder.h"

#include <elf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <vector>

namespace unfreed::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

template <class Record>
Result<Event> decode_record(const Record& record) {
    return decode(bytes_of(record));
}

void expect_malformed(const Result<Event>& event, const std::string& about) {
    ASSERT_FALSE(event.has_value()) << "accepted: " << about;
    EXPECT_EQ(event.error().code, Errc::malformed);
    EXPECT_THAT(event.error().message, HasSubstr(about));
}

// A record of a user stack: its fixed part and the bytes behind it.
std::vector<std::byte> user_stack_record(std::uint32_t machine, std::uint32_t claimed,
                                         std::size_t behind) {
    uf_rec_user_stack record{};
    record.header.type = UF_REC_USER_STACK;
    record.header.size = static_cast<std::uint16_t>(sizeof(record) + behind);
    record.origin = 7;
    record.tgid = 100;
    record.machine = machine;
    record.bytes = claimed;
    record.start = 0x7ffc0000;
    for (std::uint64_t i = 0; i < UF_USER_REGISTERS; ++i)
        record.registers[i] = 1000 + i;
    std::vector<std::byte> bytes(sizeof(record) + behind, std::byte{0x5a});
    std::memcpy(bytes.data(), &record, sizeof(record));
    return bytes;
}

TEST(Decoder, EveryFieldOfAUserStackArrives) {
    const auto event = decode(user_stack_record(EM_X86_64, 2048, 4096));
    ASSERT_TRUE(event) << event.error().message;
    const auto& copy = std::get<UserStackCopy>(*event);
    EXPECT_EQ(copy.origin, OriginId{7});
    EXPECT_EQ(copy.tgid, 100U);
    EXPECT_EQ(copy.machine, std::uint32_t{EM_X86_64});
    EXPECT_EQ(copy.start, 0x7ffc0000U);
    EXPECT_EQ(copy.registers.size(), 17U);
    EXPECT_EQ(copy.registers.back(), 1016U);
    EXPECT_EQ(copy.bytes, std::vector<std::byte>(2048, std::byte{0x5a}));
}

TEST(Decoder, AUserStackMustFitItsRecord) {
    expect_malformed(decode(user_stack_record(EM_X86_64, 4097, 4096)), "claims 4097 bytes");
    expect_malformed(decode(user_stack_record(EM_X86_64, 0, 4096)), "claims 0 bytes");
    expect_malformed(decode(user_stack_record(EM_386, 2048, 4096)), "machine 3");
}

TEST(Decoder, EveryFieldOfAnOriginArrives) {
    const auto event = decode_record(origin_record());
    ASSERT_TRUE(event) << event.error().message;
    const auto& origin = std::get<OriginEvent>(*event);
    EXPECT_EQ(origin.id, OriginId{7});
    EXPECT_EQ(origin.time_ns, 5 * kSecond);
    EXPECT_EQ(origin.tgid, 100U);
    EXPECT_EQ(origin.tid, 101U);
    EXPECT_EQ(origin.program, (ProgramId{3 * kSecond + 1, 4}));
    EXPECT_EQ(origin.object_class, ObjectClass::socket);
    EXPECT_EQ(origin.context, Context::process);
    EXPECT_EQ(origin.syscall, 41);
    EXPECT_EQ(origin.call_site, 0xffffffff81000010U);
    EXPECT_EQ(origin.cache_address, 0xffff888000001000U);
    EXPECT_EQ(origin.cache_object_bytes, 1024U);
    EXPECT_EQ(origin.cgroup_id, 33U);
    EXPECT_EQ(origin.comm, "leaker");
    EXPECT_EQ(origin.cache_name, "TCP");
    EXPECT_THAT(origin.kernel_stack, ElementsAre(0xffffffff81000010U, 0xffffffff81000020U));
    EXPECT_THAT(origin.user_stack, ElementsAre(0x401000U));
}

// A size alone is that of a kmalloc cache, unless the class has no caches.
TEST(Decoder, OnlyWhatComesFromACacheIsNamedByItsSize) {
    uf_rec_origin record = origin_record();
    record.cache = 0;
    record.cache_name[0] = '\0';
    record.cache_size = 192;
    record.object_class = UF_CLASS_SLAB;
    EXPECT_EQ(std::get<OriginEvent>(*decode_record(record)).cache_name, "kmalloc-192");
    record.object_class = UF_CLASS_PERCPU;
    const auto percpu = std::get<OriginEvent>(*decode_record(record));
    EXPECT_EQ(percpu.cache_name, "");
    EXPECT_EQ(percpu.cache_object_bytes, 192U);
    record.object_class = UF_CLASS_VMALLOC;
    record.cache_size = 0x200000; // 8 GiB
    EXPECT_EQ(std::get<OriginEvent>(*decode_record(record)).cache_object_bytes, 8ULL << 30);
}

TEST(Decoder, EveryFieldOfAStageArrives) {
    const auto event = decode_record(stage_record());
    ASSERT_TRUE(event) << event.error().message;
    const auto& stage = std::get<StageEvent>(*event);
    EXPECT_EQ(stage.time_ns, 6 * kSecond);
    EXPECT_EQ(stage.address, 0xffff888000002000U);
    EXPECT_EQ(stage.birth_ns, 5 * kSecond);
    EXPECT_EQ(stage.stage, std::uint32_t{UF_STAGE_RELEASED});
    EXPECT_EQ(stage.tgid, 100U);
    EXPECT_EQ(stage.value, 9U);
}

TEST(Decoder, EveryFieldOfChargesArrives) {
    const auto event = decode_record(charged_record());
    ASSERT_TRUE(event) << event.error().message;
    const auto& charged = std::get<ChargedEvent>(*event);
    EXPECT_EQ(charged.time_ns, 7 * kSecond);
    EXPECT_EQ(charged.address, 0xffff888000002000U);
    EXPECT_EQ(charged.birth_ns, 5 * kSecond);
    EXPECT_EQ(charged.origin, OriginId{7});
    EXPECT_EQ(charged.tgid, 100U);
    EXPECT_EQ(charged.rmem_alloc, 1);
    EXPECT_EQ(charged.wmem_queued, 2);
    EXPECT_EQ(charged.forward_alloc, -3);
    uf_rec_charged none = charged_record();
    none.addr = 0;
    EXPECT_FALSE(decode_record(none));
}

TEST(Decoder, EveryFieldOfAGivenUpRecordArrives) {
    const auto event = decode_record(given_up_record());
    ASSERT_TRUE(event) << event.error().message;
    const auto& given_up = std::get<GivenUpEvent>(*event);
    EXPECT_EQ(given_up.time_ns, 7 * kSecond);
    EXPECT_EQ(given_up.origin, OriginId{7});
    EXPECT_EQ(given_up.tgid, 100U);
    EXPECT_EQ(given_up.context, Context::kworker);
    EXPECT_EQ(given_up.comm, "kworker/0:1");
    EXPECT_THAT(given_up.kernel_stack, ElementsAre(0xffffffff81000030U, 0xffffffff81000040U));
}

TEST(Decoder, AGivenUpRecordIsChecked) {
    uf_rec_given_up record = given_up_record();
    record.origin = 0;
    expect_malformed(decode_record(record), "names no origin");
    record = given_up_record();
    record.context = UF_CONTEXT_IDLE + 1;
    expect_malformed(decode_record(record), "context 5");
    record = given_up_record();
    record.kernel_frames = UF_KSTACK_MAX + 1;
    expect_malformed(decode_record(record), "65 frames");
    record = given_up_record();
    std::memset(record.comm, 'x', sizeof(record.comm));
    expect_malformed(decode_record(record), "not terminated");
}

TEST(Decoder, EveryFieldOfAFreeArrives) {
    const auto event = decode_record(free_record());
    ASSERT_TRUE(event) << event.error().message;
    const auto& freed = std::get<FreeEvent>(*event);
    EXPECT_EQ(freed.time_ns, 7 * kSecond);
    EXPECT_EQ(freed.address, 0xffff888000002000U);
    EXPECT_EQ(freed.birth_ns, 5 * kSecond);
    EXPECT_EQ(freed.origin, OriginId{7});
    EXPECT_EQ(freed.tgid, 100U);
}

TEST(Decoder, EveryFieldOfAProcessArrives) {
    const auto event = decode_record(process_record());
    ASSERT_TRUE(event) << event.error().message;
    const auto& process = std::get<ProcessEvent>(*event);
    EXPECT_EQ(process.time_ns, 8 * kSecond);
    EXPECT_EQ(process.kind, ProcessEvent::Kind::exit);
    EXPECT_EQ(process.tgid, 100U);
    EXPECT_EQ(process.parent_tgid, 1U);
    EXPECT_EQ(process.exit_code, 256U);
    EXPECT_EQ(process.held_files, 3U);
    EXPECT_EQ(process.program, (ProgramId{2 * kSecond + 1, 5}));
    EXPECT_EQ(process.comm, "leaker");
}

TEST(Decoder, AllEnumValuesOfTheContractAreKnown) {
    uf_rec_origin origin = origin_record();
    for (std::uint8_t value = UF_CLASS_SLAB; value < UF_CLASS_COUNT; ++value) {
        origin.object_class = value;
        const auto event = decode_record(origin);
        ASSERT_TRUE(event);
        EXPECT_EQ(std::get<OriginEvent>(*event).object_class, static_cast<ObjectClass>(value));
    }
    constexpr std::pair<std::uint8_t, Context> contexts[] = {
        {UF_CONTEXT_PROCESS, Context::process}, {UF_CONTEXT_SOFTIRQ, Context::softirq},
        {UF_CONTEXT_HARDIRQ, Context::hardirq}, {UF_CONTEXT_KTHREAD, Context::kworker},
        {UF_CONTEXT_IDLE, Context::idle},
    };
    for (const auto& [value, context] : contexts) {
        origin.context = value;
        const auto event = decode_record(origin);
        ASSERT_TRUE(event);
        EXPECT_EQ(std::get<OriginEvent>(*event).context, context);
    }
    uf_rec_stage stage = stage_record();
    for (std::uint32_t bit = 1; bit <= UF_STAGE_HELD_AT_EXIT; bit <<= 1) {
        stage.stage = bit;
        EXPECT_TRUE(decode_record(stage)) << bit;
        EXPECT_NE(stage_name(bit), "unknown") << bit;
    }
    uf_rec_process process = process_record();
    process.event = UF_PROCESS_FORK;
    EXPECT_EQ(std::get<ProcessEvent>(*decode_record(process)).kind, ProcessEvent::Kind::fork);
    process.event = UF_PROCESS_EXEC;
    EXPECT_EQ(std::get<ProcessEvent>(*decode_record(process)).kind, ProcessEvent::Kind::exec);
}

TEST(Decoder, FullStacksArrive) {
    uf_rec_origin record = origin_record();
    record.kernel_frames = UF_KSTACK_MAX;
    record.user_frames = UF_USTACK_MAX;
    record.kernel_stack[UF_KSTACK_MAX - 1] = 0xabc;
    record.user_stack[UF_USTACK_MAX - 1] = 0xdef;
    const auto event = decode_record(record);
    ASSERT_TRUE(event);
    const auto& origin = std::get<OriginEvent>(*event);
    ASSERT_EQ(origin.kernel_stack.size(), std::size_t{UF_KSTACK_MAX});
    ASSERT_EQ(origin.user_stack.size(), std::size_t{UF_USTACK_MAX});
    EXPECT_EQ(origin.kernel_stack.back(), 0xabcU);
    EXPECT_EQ(origin.user_stack.back(), 0xdefU);
}

TEST(Decoder, StacksThatCouldNotBeReadAreEmpty) {
    uf_rec_origin record = origin_record();
    record.kernel_frames = 0;
    record.user_frames = 0;
    const auto event = decode_record(record);
    ASSERT_TRUE(event);
    EXPECT_THAT(std::get<OriginEvent>(*event).kernel_stack, IsEmpty());
    EXPECT_THAT(std::get<OriginEvent>(*event).user_stack, IsEmpty());
}

TEST(Decoder, TooManyFramesAreRefused) {
    uf_rec_origin record = origin_record();
    record.kernel_frames = UF_KSTACK_MAX + 1;
    expect_malformed(decode_record(record), "kernel stack");
    record = origin_record();
    record.user_frames = UF_USTACK_MAX + 1;
    expect_malformed(decode_record(record), "user stack");
}

TEST(Decoder, NamesPassUnchangedEvenWhenNoUtf8) {
    uf_rec_origin record = origin_record();
    std::memcpy(record.comm, "a\xff\xfe z", 6);
    const auto event = decode_record(record);
    ASSERT_TRUE(event);
    EXPECT_EQ(std::get<OriginEvent>(*event).comm, "a\xff\xfe z");
}

TEST(Decoder, LongestNamesFitAndUnterminatedOnesAreRefused) {
    uf_rec_origin record = origin_record();
    std::memset(record.comm, 'x', UF_COMM_LEN - 1);
    const auto event = decode_record(record);
    ASSERT_TRUE(event);
    EXPECT_EQ(std::get<OriginEvent>(*event).comm, std::string(UF_COMM_LEN - 1, 'x'));

    std::memset(record.comm, 'x', UF_COMM_LEN);
    expect_malformed(decode_record(record), "comm");
    record = origin_record();
    std::memset(record.cache_name, 'x', UF_CACHE_NAME_LEN);
    expect_malformed(decode_record(record), "cache name");
    uf_rec_process process = process_record();
    std::memset(process.comm, 'x', UF_COMM_LEN);
    expect_malformed(decode_record(process), "comm");
}

TEST(Decoder, ValuesOutOfRangeAreRefused) {
    uf_rec_origin origin = origin_record();
    origin.origin = 0;
    expect_malformed(decode_record(origin), "no origin");
    origin = origin_record();
    origin.object_class = UF_CLASS_NONE;
    expect_malformed(decode_record(origin), "class 0");
    origin.object_class = UF_CLASS_COUNT;
    expect_malformed(decode_record(origin), "class " + std::to_string(UF_CLASS_COUNT));
    origin = origin_record();
    origin.context = 5;
    expect_malformed(decode_record(origin), "context 5");

    uf_rec_stage stage = stage_record();
    for (std::uint32_t wrong : {0U, 3U, UF_STAGE_HELD_AT_EXIT * 2U, 1U << 31}) {
        stage.stage = wrong;
        expect_malformed(decode_record(stage), "stage");
    }
    for (__u64 wrong : {__u64{0}, stage_record().addr | UF_ADDR_FILLING}) {
        stage = stage_record();
        stage.addr = wrong;
        expect_malformed(decode_record(stage), "address");
        uf_rec_free freed = free_record();
        freed.addr = wrong;
        expect_malformed(decode_record(freed), "address");
    }
    for (std::uint32_t wrong : {0U, 4U}) {
        uf_rec_process process = process_record();
        process.event = wrong;
        expect_malformed(decode_record(process), "process event");
    }
    uf_rec_process process = process_record();
    process.tgid = 0;
    expect_malformed(decode_record(process), "no process");
}

TEST(Decoder, WhatIsNoSystemCallIsMinusOne) {
    uf_rec_origin record = origin_record();
    record.syscall = -35;
    const auto event = decode_record(record);
    ASSERT_TRUE(event);
    EXPECT_EQ(std::get<OriginEvent>(*event).syscall, -1);
}

TEST(Decoder, SizesMustMatchTheType) {
    expect_malformed(decode({}), "too short");
    for (const auto& whole :
         {bytes_of(origin_record()), bytes_of(stage_record()), bytes_of(free_record()),
          bytes_of(process_record()), bytes_of(given_up_record())}) {
        ASSERT_TRUE(decode(whole));
        for (std::size_t size = 0; size < whole.size(); ++size)
            EXPECT_FALSE(decode(std::span(whole).first(size))) << size;
        auto longer = whole;
        longer.push_back(std::byte{0});
        EXPECT_FALSE(decode(longer));
    }
    // A header that agrees with the wrong size does not help.
    uf_rec_stage stage = stage_record();
    stage.header.size = sizeof(uf_rec_free);
    const auto bytes = bytes_of(stage);
    expect_malformed(decode(std::span(bytes).first(sizeof(uf_rec_free))), "stage record has 40");
    expect_malformed(decode_record(stage), "says it has 40 bytes but has 48");
    stage.header.size = sizeof(stage);
    stage.header.type = 9;
    expect_malformed(decode_record(stage), "type 9");
}

TEST(Decoder, RecordsNeedNoAlignment) {
    const auto record = bytes_of(stage_record());
    std::vector<std::byte> shifted(1);
    shifted.insert(shifted.end(), record.begin(), record.end());
    const auto event = decode(std::span(shifted).subspan(1));
    ASSERT_TRUE(event);
    EXPECT_EQ(std::get<StageEvent>(*event).value, 9U);
}

TEST(Decoder, KmallocIsNamedByItsSize) {
    const auto name_of = [](std::uint32_t bytes) {
        uf_rec_origin record = origin_record();
        record.cache = 0;
        record.cache_size = bytes;
        std::memset(record.cache_name, 0, sizeof(record.cache_name));
        return std::get<OriginEvent>(*decode_record(record)).cache_name;
    };
    EXPECT_EQ(name_of(96), "kmalloc-96");
    EXPECT_EQ(name_of(512), "kmalloc-512");
    EXPECT_EQ(name_of(4096), "kmalloc-4k");
    EXPECT_EQ(name_of(16384), "kmalloc-large");
    EXPECT_EQ(name_of(0), "");
}

} // namespace
} // namespace unfreed::test
