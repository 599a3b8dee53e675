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

class ProcessTableTest : public testing::Test {
  protected:
    ProcessTableTest() { run(100, "leaker", "/bin/leaker", 1); }

    void run(std::uint32_t tgid, std::string comm, std::string exe, std::uint64_t started) {
        reader.running[tgid] = {std::move(comm), std::move(exe), "/cg", {}, started};
    }
    Snapshot snapshot() const {
        Snapshot copy;
        processes.copy_to(copy);
        return copy;
    }

    FakeProcessReader reader;
    ProcessTable processes{reader};
};

TEST_F(ProcessTableTest, AnOriginNamesItsProcess) {
    processes.learn(origin_event());
    const ProcessInfo* process = processes.find(100);
    ASSERT_NE(process, nullptr);
    EXPECT_EQ(process->comm, "leaker");
    EXPECT_EQ(process->exe, "/bin/leaker");
    EXPECT_EQ(process->cgroup, "/cg");
    EXPECT_TRUE(process->alive);
    EXPECT_EQ(process->started_at_ns, 0U); // before the trace, or not known
}

TEST_F(ProcessTableTest, AnObjectWhoseOriginWasLostNamesItToo) {
    processes.learn(100, 5 * kSecond);
    ASSERT_NE(processes.find(100), nullptr);
    EXPECT_EQ(processes.find(100)->comm, "leaker");
    EXPECT_EQ(processes.find(100)->exe, "/bin/leaker");
    EXPECT_TRUE(processes.find(100)->alive);
    processes.learn(0, 5 * kSecond);
    EXPECT_EQ(processes.find(0), nullptr);
    processes.learn(200, 5 * kSecond);
    EXPECT_FALSE(processes.find(200)->alive);
    processes.learn(origin_event());
    EXPECT_THAT(snapshot().processes, SizeIs(2));
}

// A connection that a softirq makes for a listener has its owner, but no name: the current task is
// a bystander, though it may be the owner by chance.
TEST_F(ProcessTableTest, AnOriginWithoutANameRenamesNobody) {
    processes.learn(origin_event({.tgid = 100, .tid = 100, .comm = ""}));
    EXPECT_EQ(processes.find(100)->comm, "leaker");
    processes.learn(origin_event({.tgid = 100, .tid = 100, .comm = "leaker"}));
    processes.learn(origin_event({.tgid = 100, .tid = 100, .comm = ""}));
    EXPECT_EQ(processes.find(100)->comm, "leaker");
}

TEST_F(ProcessTableTest, InterruptsAreNoProcess) {
    processes.learn(origin_event({.tgid = 0}));
    EXPECT_THAT(snapshot().processes, IsEmpty());
}

TEST_F(ProcessTableTest, AThreadsNameIsNotTheProcess) {
    processes.learn(origin_event({.tid = 101, .comm = "worker-1"}));
    EXPECT_EQ(processes.find(100)->comm, "leaker");
    // The main thread's name is the process's own, whatever it is called by now.
    processes.learn(origin_event({.tgid = 150, .comm = "before"}));
    run(160, "after", "/bin/after", 1);
    processes.learn(origin_event({.tgid = 160, .comm = "before"}));
    EXPECT_EQ(processes.find(160)->comm, "before");
    processes.learn(origin_event({.tid = 102, .comm = "worker-2"}));
    EXPECT_EQ(processes.find(100)->comm, "leaker");
    // Better a thread's name than none.
    processes.learn(origin_event({.tgid = 200, .tid = 201, .comm = "gone-thread"}));
    EXPECT_EQ(processes.find(200)->comm, "gone-thread");
}

TEST_F(ProcessTableTest, AProcessThatEndedBeforeItWasHeardOfIsDead) {
    processes.learn(origin_event({.time_ns = 5, .tgid = 300, .comm = "short"}));
    EXPECT_FALSE(processes.find(300)->alive);
    EXPECT_EQ(processes.find(300)->exited_at_ns, 5U);
    EXPECT_EQ(processes.find(300)->comm, "short");
}

TEST_F(ProcessTableTest, ExitEndsAProcessOnce) {
    processes.learn(origin_event());
    processes.apply(process_event({.kind = Kind::exit, .time_ns = 9}));
    processes.apply(process_event({.kind = Kind::exit, .time_ns = 11}));
    EXPECT_FALSE(processes.find(100)->alive);
    EXPECT_EQ(processes.find(100)->exited_at_ns, 9U);
}

TEST_F(ProcessTableTest, AChildInheritsWhatItsParentRunsUntilItExecs) {
    processes.learn(origin_event());
    processes.apply(process_event({.time_ns = 5, .tgid = 101, .parent_tgid = 100}));
    EXPECT_EQ(processes.find(101)->exe, "/bin/leaker");
    EXPECT_EQ(processes.find(101)->cgroup, "/cg");
    EXPECT_EQ(processes.find(101)->started_at_ns, 5U);
    run(101, "ls", "/bin/ls", 2);
    processes.apply(process_event({.kind = Kind::exec, .time_ns = 6, .tgid = 101, .comm = "ls"}));
    EXPECT_EQ(processes.find(101)->exe, "/bin/ls");
    EXPECT_EQ(processes.find(101)->comm, "ls");
    EXPECT_EQ(processes.find(101)->started_at_ns, 5U); // still the same process
}

TEST_F(ProcessTableTest, AProgramThatEndedTooSoonHasNoPathRatherThanItsParents) {
    processes.learn(origin_event());
    processes.apply(process_event({.time_ns = 5, .tgid = 101, .parent_tgid = 100}));
    processes.apply(process_event({.kind = Kind::exec, .time_ns = 6, .tgid = 101, .comm = "ls"}));
    EXPECT_EQ(processes.find(101)->exe, "");
    EXPECT_EQ(processes.find(101)->comm, "ls");
}

TEST_F(ProcessTableTest, AReusedNumberIsANewProcess) {
    processes.learn(origin_event());
    processes.apply(process_event({.kind = Kind::exit, .time_ns = 10}));
    processes.apply(process_event({.kind = Kind::fork, .time_ns = 20, .comm = "other"}));
    EXPECT_TRUE(processes.find(100)->alive);
    EXPECT_EQ(processes.find(100)->comm, "other");

    const Snapshot now = snapshot();
    ASSERT_THAT(now.former_processes, SizeIs(1));
    EXPECT_EQ(now.former_processes[0].comm, "leaker");
    EXPECT_FALSE(now.former_processes[0].alive);
    EXPECT_EQ(find_process(now, 100, 15)->comm, "leaker");
    EXPECT_EQ(find_process(now, 100, 20)->comm, "other");
}

TEST_F(ProcessTableTest, ForkOfALivingNumberMeansThatItsExitWasLost) {
    processes.learn(origin_event());
    processes.apply(process_event({.kind = Kind::fork, .time_ns = 20, .comm = "other"}));
    const Snapshot now = snapshot();
    ASSERT_THAT(now.former_processes, SizeIs(1));
    EXPECT_EQ(now.former_processes[0].exited_at_ns, 20U);
    // The same record again changes nothing.
    processes.apply(process_event({.kind = Kind::fork, .time_ns = 20, .comm = "other"}));
    EXPECT_THAT(snapshot().former_processes, SizeIs(1));
}

TEST_F(ProcessTableTest, ExecAfterExitMeansThatTheForkWasLost) {
    processes.learn(origin_event());
    processes.apply(process_event({.kind = Kind::exit, .time_ns = 10}));
    run(100, "other", "/bin/other", 2);
    processes.apply(process_event({.kind = Kind::exec, .time_ns = 20, .comm = "other"}));
    EXPECT_TRUE(processes.find(100)->alive);
    EXPECT_EQ(processes.find(100)->started_at_ns, 20U);
    EXPECT_EQ(processes.find(100)->exe, "/bin/other");
    EXPECT_THAT(snapshot().former_processes, SizeIs(1));
}

TEST_F(ProcessTableTest, AnExitingProcessStillAllocates) {
    processes.learn(origin_event());
    processes.apply(process_event({.kind = Kind::exit, .time_ns = 10}));
    processes.learn(origin_event({.id = 2, .time_ns = 11})); // not yet reaped
    reader.running.clear();
    processes.learn(origin_event({.id = 3, .time_ns = 12}));
    EXPECT_FALSE(processes.find(100)->alive);
    EXPECT_THAT(snapshot().former_processes, IsEmpty());
}

TEST_F(ProcessTableTest, AnOriginAfterExitMayBeOfTheNextProcess) {
    processes.learn(origin_event());
    processes.apply(process_event({.kind = Kind::exit, .time_ns = 10}));
    run(100, "other", "/bin/other", 2);
    processes.learn(origin_event({.id = 2, .time_ns = 9, .comm = "leaker"})); // sent before
    EXPECT_FALSE(processes.find(100)->alive);
    processes.learn(origin_event({.id = 3, .time_ns = 12, .comm = "other"}));
    EXPECT_TRUE(processes.find(100)->alive);
    EXPECT_EQ(processes.find(100)->started_at_ns, 12U);
    EXPECT_EQ(processes.find(100)->exe, "/bin/other");
    EXPECT_THAT(snapshot().former_processes, SizeIs(1));
}

TEST_F(ProcessTableTest, HostWideAReusedNumberIsFoundByItsStart) {
    processes.learn(origin_event({.time_ns = 5}));
    run(100, "other", "/bin/other", 2);
    processes.learn(origin_event({.id = 2, .time_ns = 50, .comm = "other"}));
    EXPECT_EQ(processes.find(100)->exe, "/bin/other");
    const Snapshot now = snapshot();
    ASSERT_THAT(now.former_processes, SizeIs(1));
    EXPECT_FALSE(now.former_processes[0].alive);
    EXPECT_EQ(find_process(now, 100, 5)->comm, "leaker");
    EXPECT_EQ(find_process(now, 100, 6)->comm, "other");
}

TEST_F(ProcessTableTest, HostWideAnExecIsFoundByTheName) {
    processes.learn(origin_event({.time_ns = 5}));
    run(100, "other", "/bin/other", 1);
    processes.learn(origin_event({.id = 2, .time_ns = 50, .comm = "other"}));
    EXPECT_EQ(processes.find(100)->exe, "/bin/other");
    EXPECT_THAT(snapshot().former_processes, IsEmpty());
}

TEST_F(ProcessTableTest, RefreshFindsTheEndsNobodyToldOf) {
    processes.learn(origin_event());
    processes.refresh(50);
    EXPECT_TRUE(processes.find(100)->alive);
    reader.running.clear();
    processes.refresh(60);
    EXPECT_FALSE(processes.find(100)->alive);
    EXPECT_EQ(processes.find(100)->exited_at_ns, 60U);
    processes.refresh(70);
    EXPECT_EQ(processes.find(100)->exited_at_ns, 60U);
}

TEST_F(ProcessTableTest, RefreshFindsAReusedNumber) {
    processes.learn(origin_event());
    processes.refresh(2 * kSecond);
    run(100, "other", "/bin/other", 2);
    processes.refresh(4 * kSecond);
    const Snapshot now = snapshot();
    EXPECT_EQ(find_process(now, 100, 2 * kSecond)->comm, "leaker");
    EXPECT_FALSE(find_process(now, 100, 2 * kSecond)->alive);
    EXPECT_EQ(find_process(now, 100, 3 * kSecond)->comm, "other");
    EXPECT_TRUE(find_process(now, 100, 3 * kSecond)->alive);
}

TEST_F(ProcessTableTest, RefreshTellsAReusedNumberFromAChildThatInheritedItsPath) {
    processes.learn(origin_event());
    run(101, "leaker", "/bin/leaker", 5);
    processes.apply(process_event({.time_ns = 5, .tgid = 101, .parent_tgid = 100}));
    processes.learn(origin_event({.id = 2, .time_ns = 6, .tgid = 101}));
    run(101, "other", "/bin/other", 6);
    processes.refresh(60);
    EXPECT_EQ(processes.find(101)->exe, "/bin/other");
    EXPECT_THAT(snapshot().former_processes, SizeIs(1));
}

TEST_F(ProcessTableTest, FormerProcessesThatMadeNothingAreForgotten) {
    for (std::uint64_t time_ns = 1; time_ns < 100; ++time_ns)
        processes.apply(process_event({.time_ns = time_ns}));
    EXPECT_THAT(snapshot().former_processes, IsEmpty());
}

TEST_F(ProcessTableTest, ProcessesThatMadeNothingAreForgotten) {
    for (std::uint32_t tgid = 1000; tgid < 2000; ++tgid) {
        processes.apply(process_event({.time_ns = tgid, .tgid = tgid}));
        if (tgid % 2)
            processes.apply(process_event({.kind = Kind::exit, .time_ns = tgid, .tgid = tgid}));
    }
    EXPECT_THAT(snapshot().processes, SizeIs(500));
    processes.refresh(50); // the reader knows none of them
    EXPECT_THAT(snapshot().processes, IsEmpty());
}

} // namespace
} // namespace unfreed::test
