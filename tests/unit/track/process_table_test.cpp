// SPDX-License-Identifier: BSD-2-Clause
#include "support/event_builder.h"
#include "support/fake_process_reader.h"
#include "track/process_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unfreed::test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;
using Kind = ProcessEvent::Kind;

// Process 100 started at 10, and runs its second program.
constexpr ProgramId kLeaker{10, 2};
constexpr ProgramId kNext{10, 3};  // what it calls exec() for
constexpr ProgramId kOther{50, 7}; // another process of this number

class ProcessTableTest : public testing::Test {
  protected:
    ProcessTableTest() { run(100, "leaker", "/bin/leaker", kLeaker.start_ns); }

    void run(std::uint32_t tgid, std::string comm, std::string exe, std::uint64_t started) {
        reader.running[tgid] = {std::move(comm), std::move(exe), "/cg", {}, started};
    }
    // An origin of process 100.
    static OriginEvent origin(const ProgramId& program, std::uint64_t time_ns,
                              std::string comm = "leaker") {
        OriginEvent event = origin_event({.time_ns = time_ns, .comm = std::move(comm)});
        event.program = program;
        event.id = OriginId{static_cast<std::uint32_t>(time_ns)};
        return event;
    }
    static ProcessEvent event(Kind kind, std::uint64_t time_ns, const ProgramId& program,
                              std::string comm = "leaker") {
        return process_event(
            {.kind = kind, .time_ns = time_ns, .program = program, .comm = std::move(comm)});
    }
    Snapshot snapshot() const {
        Snapshot copy;
        processes.copy_to(copy);
        return copy;
    }
    // Who made what has this origin.
    static std::string exe(const Snapshot& snapshot, const OriginEvent& origin) {
        const ProcessInfo* maker = find_process(snapshot, 100, &origin, origin.time_ns);
        return maker ? maker->exe : "nobody";
    }
    static std::string comm(const Snapshot& snapshot, const OriginEvent& origin) {
        const ProcessInfo* maker = find_process(snapshot, 100, &origin, origin.time_ns);
        return maker ? maker->comm : "nobody";
    }

    FakeProcessReader reader;
    ProcessTable processes{reader};
};

TEST_F(ProcessTableTest, AnOriginNamesItsProcess) {
    processes.learn(origin(kLeaker, 20));
    const ProcessInfo* process = processes.find(100);
    ASSERT_NE(process, nullptr);
    EXPECT_EQ(process->comm, "leaker");
    EXPECT_EQ(process->exe, "/bin/leaker");
    EXPECT_EQ(process->cgroup, "/cg");
    EXPECT_TRUE(process->alive);
    EXPECT_EQ(process->program, kLeaker);
    EXPECT_EQ(process->started_at_ns, 10U);
}

TEST_F(ProcessTableTest, AnObjectWhoseOriginWasLostNamesItToo) {
    processes.learn(100, 5 * kSecond);
    ASSERT_NE(processes.find(100), nullptr);
    EXPECT_EQ(processes.find(100)->comm, "leaker");
    EXPECT_EQ(processes.find(100)->exe, "/bin/leaker");
    EXPECT_EQ(processes.find(100)->started_at_ns, 10U);
    EXPECT_TRUE(processes.find(100)->alive);
    processes.learn(0, 5 * kSecond);
    EXPECT_EQ(processes.find(0), nullptr);
    processes.learn(200, 5 * kSecond);
    EXPECT_FALSE(processes.find(200)->alive);
    // A record of the same process says which it is.
    processes.learn(origin(kLeaker, 20));
    EXPECT_EQ(processes.find(100)->program, kLeaker);
    EXPECT_THAT(snapshot().processes, SizeIs(2));
    EXPECT_THAT(snapshot().former_processes, IsEmpty());
}

// A connection that a softirq makes for a listener has its owner, but no name: the current task is
// a bystander, though it may be the owner by chance. Nor does it say which process that was.
TEST_F(ProcessTableTest, AnOriginWithoutAStartIsOfTheProcessOfItsTime) {
    processes.learn(origin({}, 20, ""));
    EXPECT_EQ(processes.find(100)->comm, "leaker");
    EXPECT_EQ(processes.find(100)->exe, "/bin/leaker");
    processes.learn(origin(kLeaker, 21));
    processes.learn(origin({}, 22, ""));
    EXPECT_EQ(processes.find(100)->comm, "leaker");
    EXPECT_THAT(snapshot().former_processes, IsEmpty());
    run(100, "other", "/bin/other", kOther.start_ns);
    processes.learn(origin(kOther, 60, "other"));
    processes.learn(origin({}, 40, ""));
    const Snapshot now = snapshot();
    EXPECT_EQ(comm(now, origin({}, 40)), "leaker");
    EXPECT_EQ(comm(now, origin({}, 61)), "other");
}

TEST_F(ProcessTableTest, InterruptsAreNoProcess) {
    processes.learn(origin_event({.tgid = 0}));
    EXPECT_THAT(snapshot().processes, IsEmpty());
}

TEST_F(ProcessTableTest, AThreadsNameIsNotTheProcess) {
    OriginEvent thread = origin(kLeaker, 20, "worker-1");
    thread.tid = 101;
    processes.learn(thread);
    EXPECT_EQ(processes.find(100)->comm, "leaker");
    // The main thread's name is the process's own, whatever it is called by now.
    processes.learn(origin(kLeaker, 21, "before"));
    EXPECT_EQ(processes.find(100)->comm, "before");
    processes.learn(thread);
    EXPECT_EQ(processes.find(100)->comm, "before");
    // Better a thread's name than none.
    processes.learn(origin_event({.tgid = 200, .tid = 201, .program = {5, 1}, .comm = "gone"}));
    EXPECT_EQ(processes.find(200)->comm, "gone");
}

TEST_F(ProcessTableTest, AProcessThatEndedBeforeItWasHeardOfIsDead) {
    reader.running.clear();
    processes.learn(origin(kLeaker, 20, "short"));
    EXPECT_FALSE(processes.find(100)->alive);
    EXPECT_EQ(processes.find(100)->exited_at_ns, 20U);
    EXPECT_EQ(processes.find(100)->comm, "short");
    EXPECT_EQ(processes.find(100)->exe, "");
}

// What the host-wide trace got wrong: the number is another's by the time that it is asked for.
TEST_F(ProcessTableTest, WhoHasTheNumberNowLendsNoName) {
    run(100, "other", "/bin/other", kOther.start_ns);
    OriginEvent thread = origin(kLeaker, 20, "worker");
    thread.tid = 101;
    processes.learn(thread);
    EXPECT_FALSE(processes.find(100)->alive);
    EXPECT_EQ(processes.find(100)->exe, "");
    EXPECT_EQ(processes.find(100)->comm, "worker");
}

TEST_F(ProcessTableTest, ANumberThatIsUsedAgainIsAnotherProcess) {
    processes.learn(origin(kLeaker, 20));
    run(100, "other", "/bin/other", kOther.start_ns);
    processes.learn(origin(kLeaker, 30)); // born before, told after
    processes.learn(origin(kOther, 60, "other"));
    processes.learn(origin(kOther, 61, "other"));
    processes.refresh(70);
    const Snapshot now = snapshot();
    EXPECT_EQ(exe(now, origin(kLeaker, 20)), "/bin/leaker");
    EXPECT_EQ(exe(now, origin(kLeaker, 30)), "/bin/leaker");
    EXPECT_EQ(exe(now, origin(kOther, 60)), "/bin/other");
    EXPECT_TRUE(processes.find(100)->alive);
    ASSERT_THAT(now.former_processes, SizeIs(1));
    EXPECT_FALSE(now.former_processes[0].alive);
    EXPECT_LE(now.former_processes[0].exited_at_ns, kOther.start_ns);
    // Objects whose origin is unknown are told apart by time.
    EXPECT_EQ(find_process(now, 100, 49)->comm, "leaker");
    EXPECT_EQ(find_process(now, 100, 50)->comm, "other");
}

TEST_F(ProcessTableTest, TheFormerProcessMayBeHeardOfLast) {
    run(100, "other", "/bin/other", kOther.start_ns);
    processes.learn(origin(kOther, 60, "other"));
    processes.learn(origin(kLeaker, 40));
    const Snapshot now = snapshot();
    EXPECT_EQ(comm(now, origin(kLeaker, 40)), "leaker");
    EXPECT_EQ(exe(now, origin(kLeaker, 40)), "");
    EXPECT_FALSE(now.former_processes.at(0).alive);
    EXPECT_EQ(exe(now, origin(kOther, 60)), "/bin/other");
    EXPECT_TRUE(processes.find(100)->alive);
}

TEST_F(ProcessTableTest, RefreshEndsAProcessWhoseNumberIsUsedAgain) {
    processes.learn(origin(kLeaker, 20));
    run(100, "other", "/bin/other", kOther.start_ns);
    processes.refresh(70);
    EXPECT_FALSE(processes.find(100)->alive);
    EXPECT_EQ(processes.find(100)->comm, "leaker");
    EXPECT_EQ(processes.find(100)->exe, "/bin/leaker");
}

TEST_F(ProcessTableTest, AnExecIsAnotherProgramOfTheSameProcess) {
    reader.now = 20;
    processes.learn(origin(kLeaker, 20));
    run(100, "next", "/bin/next", kLeaker.start_ns);
    reader.now = 3 * kSecond;
    processes.apply(event(Kind::exec, 3 * kSecond, kNext, "next"));
    processes.learn(origin(kNext, 3 * kSecond + 1, "next"));
    const Snapshot now = snapshot();
    EXPECT_EQ(exe(now, origin(kLeaker, 20)), "/bin/leaker");
    EXPECT_EQ(comm(now, origin(kLeaker, 20)), "leaker");
    EXPECT_EQ(exe(now, origin(kNext, 3 * kSecond + 1)), "/bin/next");
    EXPECT_EQ(comm(now, origin(kNext, 3 * kSecond + 1)), "next");
    EXPECT_TRUE(now.former_processes.at(0).alive);
    processes.apply(event(Kind::exit, 4 * kSecond, kNext, "next"));
    EXPECT_FALSE(snapshot().former_processes.at(0).alive);
    EXPECT_EQ(snapshot().former_processes.at(0).exited_at_ns, 4 * kSecond);
}

// The path was read after the exec, which is heard of later.
TEST_F(ProcessTableTest, APathThatMayBeOfTheNextProgramIsNone) {
    run(100, "next", "/bin/next", kLeaker.start_ns);
    reader.now = 40;
    processes.learn(origin(kLeaker, 20));
    processes.apply(event(Kind::exec, 30, kNext, "next"));
    processes.learn(origin(kNext, 31, "next"));
    const Snapshot now = snapshot();
    EXPECT_EQ(exe(now, origin(kLeaker, 20)), "");
    EXPECT_EQ(comm(now, origin(kLeaker, 20)), "leaker");
    EXPECT_EQ(exe(now, origin(kNext, 31)), "/bin/next");
}

TEST_F(ProcessTableTest, AnExecWhoseRecordWasLostIsFoundByItsOrigins) {
    processes.learn(origin(kLeaker, 20));
    run(100, "next", "/bin/next", kLeaker.start_ns);
    processes.learn(origin(kNext, 3 * kSecond, "next"));
    const Snapshot now = snapshot();
    EXPECT_EQ(exe(now, origin(kLeaker, 20)), "/bin/leaker");
    EXPECT_EQ(exe(now, origin(kNext, 3 * kSecond)), "/bin/next");
    EXPECT_TRUE(processes.find(100)->alive);
}

// What execve() itself allocates is told before it.
TEST_F(ProcessTableTest, TheRecordOfAnExecMayComeAfterItsOrigins) {
    processes.learn(origin(kLeaker, 20));
    run(100, "next", "/bin/next", kLeaker.start_ns);
    processes.learn(origin(kNext, 30, "next"));
    processes.apply(event(Kind::exec, 31, kNext, "next"));
    EXPECT_EQ(processes.find(100)->exe, "/bin/next");
    EXPECT_THAT(snapshot().former_processes, SizeIs(1));
}

TEST_F(ProcessTableTest, AnExecOfAProcessThatMadeNothingIsIgnored) {
    processes.apply(event(Kind::exec, 30, kNext));
    EXPECT_THAT(snapshot().processes, IsEmpty());
}

TEST_F(ProcessTableTest, ExitEndsAProcessOnce) {
    processes.learn(origin(kLeaker, 20));
    processes.apply(event(Kind::exit, 30, kLeaker));
    processes.apply(event(Kind::exit, 31, kLeaker));
    EXPECT_FALSE(processes.find(100)->alive);
    EXPECT_EQ(processes.find(100)->exited_at_ns, 30U);
    processes.learn(origin(kLeaker, 32)); // an exiting process still allocates
    EXPECT_FALSE(processes.find(100)->alive);
    EXPECT_THAT(snapshot().former_processes, IsEmpty());
}

TEST_F(ProcessTableTest, AnExitIsOfTheProcessThatItNames) {
    processes.learn(origin(kLeaker, 20));
    run(100, "other", "/bin/other", kOther.start_ns);
    processes.learn(origin(kOther, 60, "other"));
    processes.apply(event(Kind::exit, 49, kLeaker));
    EXPECT_TRUE(processes.find(100)->alive);
}

TEST_F(ProcessTableTest, AChildInheritsWhatItsParentRunsUntilItExecs) {
    processes.learn(origin(kLeaker, 20));
    processes.apply(
        process_event({.time_ns = 25, .tgid = 101, .parent_tgid = 100, .program = {24, 2}}));
    EXPECT_EQ(processes.find(101)->exe, "/bin/leaker");
    EXPECT_EQ(processes.find(101)->cgroup, "/cg");
    EXPECT_EQ(processes.find(101)->started_at_ns, 24U);
    run(101, "ls", "/bin/ls", 24);
    processes.apply(process_event(
        {.kind = Kind::exec, .time_ns = 26, .tgid = 101, .program = {24, 3}, .comm = "ls"}));
    EXPECT_EQ(processes.find(101)->exe, "/bin/ls");
    EXPECT_EQ(processes.find(101)->comm, "ls");
}

TEST_F(ProcessTableTest, AProgramThatEndedTooSoonHasNoPathRatherThanItsParents) {
    processes.learn(origin(kLeaker, 20));
    processes.apply(
        process_event({.time_ns = 25, .tgid = 101, .parent_tgid = 100, .program = {24, 2}}));
    processes.apply(process_event(
        {.kind = Kind::exec, .time_ns = 26, .tgid = 101, .program = {24, 3}, .comm = "ls"}));
    EXPECT_EQ(processes.find(101)->exe, "");
    EXPECT_EQ(processes.find(101)->comm, "ls");
}

TEST_F(ProcessTableTest, AForkIsToldOnce) {
    processes.learn(origin(kLeaker, 20));
    processes.apply(event(Kind::fork, 51, kOther, "other"));
    processes.apply(event(Kind::fork, 52, kOther, "other"));
    const Snapshot now = snapshot();
    EXPECT_EQ(processes.find(100)->comm, "other");
    ASSERT_THAT(now.former_processes, SizeIs(1)); // whose exit was lost
    EXPECT_EQ(now.former_processes[0].exited_at_ns, 50U);
}

TEST_F(ProcessTableTest, RefreshFindsTheEndsNobodyToldOf) {
    processes.learn(origin(kLeaker, 20));
    processes.refresh(50);
    EXPECT_TRUE(processes.find(100)->alive);
    reader.running.clear();
    processes.refresh(60);
    EXPECT_FALSE(processes.find(100)->alive);
    EXPECT_EQ(processes.find(100)->exited_at_ns, 60U);
    processes.refresh(70);
    EXPECT_EQ(processes.find(100)->exited_at_ns, 60U);
}

TEST_F(ProcessTableTest, ProcessesThatMadeNothingAreForgotten) {
    for (std::uint32_t tgid = 1000; tgid < 2000; ++tgid) {
        processes.apply(process_event({.time_ns = tgid, .tgid = tgid, .program = {tgid, 1}}));
        if (tgid % 2)
            processes.apply(process_event(
                {.kind = Kind::exit, .time_ns = tgid, .tgid = tgid, .program = {tgid, 1}}));
    }
    EXPECT_THAT(snapshot().processes, SizeIs(500));
    processes.refresh(50); // the reader knows none of them
    EXPECT_THAT(snapshot().processes, IsEmpty());
}

// However many processes have had a number: memory is bounded by the origins.
TEST_F(ProcessTableTest, ProgramsWhoseOriginsAreForgottenAreForgotten) {
    for (std::uint64_t i = 1; i < 100; ++i) {
        const OriginEvent one = origin({i * 100, 1}, i * 100 + 1);
        processes.learn(one);
        if (i > 1)
            processes.forget(origin({(i - 1) * 100, 1}, (i - 1) * 100 + 1));
    }
    EXPECT_THAT(snapshot().processes, SizeIs(1));
    EXPECT_THAT(snapshot().former_processes, IsEmpty());
    processes.forget(origin({9900, 1}, 9901));
    EXPECT_THAT(snapshot().processes, IsEmpty());
}

} // namespace
} // namespace unfreed::test
