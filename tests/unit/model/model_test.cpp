// SPDX-License-Identifier: BSD-2-Clause
#include "abi/counters.h"
#include "abi/events.h"
#include "abi/table.h"
#include "model/counter.h"
#include "model/counters.h"
#include "model/event.h"
#include "model/object_class.h"
#include "model/object_key.h"
#include "model/socket_names.h"
#include "support/snapshot_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <set>

namespace unfreed::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ObjectClass, NamesAndValuesGoBothWays) {
    EXPECT_EQ(kAllClasses.size(), std::size_t{UF_CLASS_COUNT - 1});
    for (ObjectClass object_class : kAllClasses)
        EXPECT_EQ(class_from_string(to_string(object_class)), object_class);
    EXPECT_EQ(to_string(ObjectClass::socket), "socket");
    EXPECT_EQ(class_names(), "socket, dentry, percpu, vmalloc, slab");
    EXPECT_EQ(class_from_string("file"), std::nullopt);
    EXPECT_EQ(class_from_string(""), std::nullopt);
}

// They are found by their numbers.
TEST(ObjectClass, EveryOneHasItsCard) {
    for (ObjectClass object_class : kAllClasses) {
        const ClassCard& card = card_of(object_class);
        EXPECT_EQ(card.object_class, object_class);
        EXPECT_EQ(card.singular.empty(), card.plural.empty()) << card.name;
        EXPECT_EQ(card.singular.empty(), card.label.empty()) << card.name;
    }
    EXPECT_EQ(to_string(ObjectClass{}), "unknown");
    EXPECT_EQ(to_string(static_cast<ObjectClass>(UF_CLASS_COUNT)), "unknown");
}

TEST(StageNames, EveryStageHasItsOwn) {
    std::set<std::string_view> names;
    for (std::uint32_t bit = 1; bit <= UF_STAGE_HELD_AT_EXIT; bit *= 2)
        names.insert(stage_name(bit));
    EXPECT_EQ(names.size(), 12U);
    EXPECT_EQ(names.count("unknown"), 0U);
    EXPECT_EQ(stage_name(0), "unknown");
    EXPECT_EQ(stage_name(UF_STAGE_HELD_AT_EXIT * 2U), "unknown");
}

TEST(StageNames, AreInTheOrderOfALife) {
    EXPECT_THAT(stage_names(UF_STAGE_RELEASED | UF_STAGE_FD_INSTALLED | UF_STAGE_RCU_PENDING),
                ElementsAre("fd_installed", "released", "rcu_pending"));
    EXPECT_THAT(stage_names(0), IsEmpty());
    // Flags beside the stages are none.
    EXPECT_THAT(stage_names(UF_META_PROMOTED | UF_CLASS_MASK), IsEmpty());
}

TEST(Context, EveryOneHasAName) {
    std::set<std::string_view> names;
    for (Context context :
         {Context::process, Context::softirq, Context::hardirq, Context::kworker, Context::idle})
        names.insert(to_string(context));
    EXPECT_EQ(names.size(), 5U);
}

TEST(Counters, KernelCountersComeFirstAndInTheirOrder) {
#define UF_KERNEL_COUNTERS_ONLY
#define UF_COUNTER(id, name, severity, sentence)                                                   \
    EXPECT_EQ(static_cast<int>(Counter::id), static_cast<int>(UF_CTR_##id)) << #name;
#include "abi/counters.def"
#undef UF_COUNTER
#undef UF_KERNEL_COUNTERS_ONLY
    EXPECT_LT(static_cast<int>(UF_CTR_COUNT), static_cast<int>(Counter::count_));
}

TEST(Counters, HoldWhatIsPutIn) {
    Counters counters;
    counters.set(Counter::TABLE_FULL, 3);
    counters.add(Counter::TABLE_FULL, 4);
    counters.add(Counter::UNKNOWN_DEATHS);
    EXPECT_EQ(counters.get(Counter::TABLE_FULL), 7U);
    EXPECT_EQ(counters.get(Counter::UNKNOWN_DEATHS), 1U);
    EXPECT_EQ(counters.get(Counter::MALFORMED_RECORDS), 0U);

    const std::vector<Loss> losses = counters.to_losses();
    ASSERT_EQ(losses.size(), static_cast<std::size_t>(Counter::count_));
    const Loss& full = losses[static_cast<std::size_t>(Counter::TABLE_FULL)];
    EXPECT_EQ(full.counter, "objects_not_tracked");
    EXPECT_EQ(full.count, 7U);
    EXPECT_EQ(full.severity, Severity::data_loss);
    std::set<std::string> names;
    for (const Loss& loss : losses) {
        names.insert(loss.counter);
        EXPECT_FALSE(loss.meaning.empty()) << loss.counter;
    }
    EXPECT_EQ(names.size(), losses.size());
}

TEST(Counters, OnlyWhatCanChangeAnAnswerMakesAReportIncomplete) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(Counter::count_); ++i) {
        Counters counters;
        EXPECT_TRUE(counters.complete());
        counters.add(static_cast<Counter>(i));
        const Severity severity = counters.to_losses()[i].severity;
        EXPECT_EQ(counters.complete(), severity == Severity::info || severity == Severity::notice)
            << counters.to_losses()[i].counter;
    }
}

TEST(ObjectKey, SameAddressLaterBirthIsAnotherObject) {
    EXPECT_EQ((ObjectKey{1, 2}), (ObjectKey{1, 2}));
    EXPECT_NE((ObjectKey{1, 2}), (ObjectKey{1, 3}));
    EXPECT_LT((ObjectKey{1, 9}), (ObjectKey{2, 1}));
}

TEST(OutstandingOf, CountsWhatLivesAndWhatOnlyExitFreed) {
    EXPECT_EQ(outstanding_of({.births = 10, .deaths = 4}), 6U);
    EXPECT_EQ(outstanding_of({.births = 10, .deaths = 10, .exit_released = 3, .exit_pending = 2}),
              3U);
    EXPECT_EQ(outstanding_of({.births = 10, .deaths = 11}), 0U);
}

TEST(FindProcess, GoesByNumberAndTime) {
    Snapshot snapshot;
    snapshot.processes[7] = process_info({.tgid = 7, .comm = "third", .started_at_ns = 300});
    snapshot.former_processes = {process_info({.tgid = 6, .comm = "six", .started_at_ns = 0}),
                                 process_info({.tgid = 7, .comm = "first", .started_at_ns = 100}),
                                 process_info({.tgid = 7, .comm = "second", .started_at_ns = 200}),
                                 process_info({.tgid = 8, .comm = "eight", .started_at_ns = 0})};
    const auto comm = [&](std::uint32_t tgid, std::uint64_t time_ns) -> std::string {
        const ProcessInfo* process = find_process(snapshot, tgid, time_ns);
        return process ? process->comm : "none";
    };
    EXPECT_EQ(comm(7, 100), "first");
    EXPECT_EQ(comm(7, 199), "first");
    EXPECT_EQ(comm(7, 200), "second");
    EXPECT_EQ(comm(7, 299), "second");
    EXPECT_EQ(comm(7, 300), "third");
    EXPECT_EQ(comm(7, 50), "first"); // a birth is told up to a tick early
    EXPECT_EQ(comm(6, 500), "six");
    EXPECT_EQ(comm(9, 500), "none");
    snapshot.processes[9] = process_info({.tgid = 9, .comm = "nine", .started_at_ns = kSecond});
    EXPECT_EQ(comm(9, 500), "none"); // of a former one that was never heard of
    EXPECT_EQ(comm(9, kSecond - 10'000'000), "nine");
}

TEST(FindProcess, GoesByTheProgramOfTheOrigin) {
    Snapshot snapshot;
    const auto add = [&](const ProgramId& program, std::string comm, std::uint64_t started_at_ns) {
        ProcessInfo process = process_info({.tgid = 7, .started_at_ns = started_at_ns});
        process.comm = std::move(comm);
        process.program = program;
        return process;
    };
    snapshot.former_processes = {add({100, 1}, "first", 100), add({100, 2}, "second", 200)};
    snapshot.processes[7] = add({300, 2}, "third", 300);
    OriginEvent origin = origin_event({.tgid = 7});
    const auto comm = [&](const ProgramId& program, std::uint64_t time_ns) -> std::string {
        origin.program = program;
        const ProcessInfo* process = find_process(snapshot, 7, &origin, time_ns);
        return process ? process->comm : "none";
    };
    EXPECT_EQ(comm({100, 1}, 500), "first"); // whatever the time
    EXPECT_EQ(comm({100, 2}, 150), "second");
    EXPECT_EQ(comm({300, 2}, 50), "third");
    EXPECT_EQ(comm({300, 1}, 500), "none");
    EXPECT_EQ(comm({}, 250), "second"); // unknown: by time
    EXPECT_EQ(find_process(snapshot, 7, nullptr, 150)->comm, "first");
    EXPECT_EQ(find_process(snapshot, 0, &origin, 150), nullptr);
    origin.program = {300, 2};
    EXPECT_EQ(find_process(snapshot, 8, &origin, 500), nullptr); // of another process
}

TEST(SocketNames, AreThoseOfProtocolsAndFamilies) {
    EXPECT_EQ(socket_name(AF_INET, SOCK_STREAM, IPPROTO_TCP), "TCP");
    EXPECT_EQ(socket_name(AF_INET6, SOCK_DGRAM, IPPROTO_UDP), "UDP");
    EXPECT_EQ(socket_name(AF_INET, SOCK_DGRAM, IPPROTO_ICMP), "ICMP (ping)");
    EXPECT_EQ(socket_name(AF_INET, SOCK_RAW, IPPROTO_ICMP), "raw IP");
    EXPECT_EQ(socket_name(AF_INET, SOCK_STREAM, 262), "MPTCP");
    EXPECT_EQ(socket_name(AF_INET, SOCK_STREAM, 77), "IP protocol 77");
    EXPECT_EQ(socket_name(AF_UNIX, SOCK_STREAM, 0), "UNIX stream");
    EXPECT_EQ(socket_name(AF_NETLINK, SOCK_RAW, 0), "NETLINK ROUTE");
    EXPECT_EQ(socket_name(AF_NETLINK, SOCK_RAW, 16), "NETLINK GENERIC");
    EXPECT_EQ(socket_name(AF_NETLINK, SOCK_RAW, 30), "NETLINK 30");
    EXPECT_EQ(socket_name(AF_PACKET, SOCK_RAW, 3), "PACKET");
    EXPECT_EQ(socket_name(AF_ALG, SOCK_SEQPACKET, 0), "ALG");
    EXPECT_EQ(socket_name(40, SOCK_STREAM, 0), "VSOCK");
    EXPECT_EQ(socket_name(30, SOCK_STREAM, 0), "TIPC");
    EXPECT_EQ(socket_name(99, SOCK_STREAM, 0), "family 99");
}

TEST(SocketNames, AddressesHaveTheirPort) {
    EXPECT_EQ(socket_address(AF_INET, {10, 16, 0, 1}, 443), "10.16.0.1:443");
    EXPECT_EQ(socket_address(AF_INET6, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 80),
              "[::1]:80");
    EXPECT_EQ(socket_address(AF_UNIX, {}, 0), "");
}

} // namespace
} // namespace unfreed::test
