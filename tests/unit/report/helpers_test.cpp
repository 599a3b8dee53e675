// SPDX-License-Identifier: BSD-2-Clause
// The small pieces of the text writer.
#include "report/group_id.h"
#include "report/humanize.h"
#include "report/page.h"
#include "report/phrases.h"
#include "report/site.h"
#include "report/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace unfreed {
namespace {

using ::testing::ElementsAre;

TEST(Humanize, CountsStayExact) {
    EXPECT_EQ(human_count(0), "0");
    EXPECT_EQ(human_count(999), "999");
    EXPECT_EQ(human_count(10'012), "10 012");
    EXPECT_EQ(human_count(1'234'567), "1 234 567");
    EXPECT_EQ(human_count(1, "object", "objects"), "1 object");
    EXPECT_EQ(human_delta(10'012), "+10 012");
    EXPECT_EQ(human_delta(-1), "-1");
    EXPECT_EQ(human_delta(0), "0");
    EXPECT_EQ(human_delta(std::numeric_limits<std::int64_t>::min()), "-9 223 372 036 854 775 808");
}

TEST(Humanize, Bytes) {
    EXPECT_EQ(human_bytes(1023), "1023 B");
    EXPECT_EQ(human_bytes(1024), "1.0 KiB");
    EXPECT_EQ(human_bytes(1'700'000), "1.6 MiB");
    EXPECT_EQ(human_bytes(1'048'575), "1.0 MiB");
    EXPECT_EQ(human_bytes(200 * 1024), "200 KiB");
    EXPECT_EQ(human_bytes(50 * 1024 + 300), "50 KiB");
    EXPECT_EQ(human_bytes(std::nullopt), "?");
}

TEST(Humanize, Durations) {
    EXPECT_EQ(human_duration(0), "0 ns");
    EXPECT_EQ(human_duration(850'000), "850 us");
    EXPECT_EQ(human_duration(250'000'000), "250 ms");
    EXPECT_EQ(human_duration(3'290'000'000), "3.2 s");
    EXPECT_EQ(human_duration(3'090'000'000), "3 s");
    EXPECT_EQ(human_duration(9'999'999'999), "9.9 s");
    EXPECT_EQ(human_duration(59'900'000'000), "59 s");
    EXPECT_EQ(human_duration(65'000'000'000), "1m 05s");
    EXPECT_EQ(human_duration(7'380'000'000'000), "2h 03m");
    EXPECT_EQ(human_duration(273'600'000'000'000), "3d 04h");
}

TEST(Humanize, RatesAreNeverRoundedToNothing) {
    EXPECT_EQ(human_rate(16.66), "+16.7/s");
    EXPECT_EQ(human_rate(-2.0), "-2.0/s");
    EXPECT_EQ(human_rate(12'345.6), "+12 346/s");
    EXPECT_EQ(human_rate(0.5), "+30.0/min");
    EXPECT_EQ(human_rate(0.001), "+3.6/h");
    EXPECT_EQ(human_rate(0.00001), "+0.9/day");
    EXPECT_EQ(human_rate(0.0), "0/s");
    EXPECT_EQ(human_rate(1.0), "+1.0/s");
    EXPECT_EQ(human_rate(std::nullopt), "?");
}

TEST(Table, AlignsAndShrinksTheWidestFirst) {
    Table table({{"N", Table::Align::right, 0}, {"NAME", Table::Align::left, 3}, {"X"}});
    table.add_row({"1", "abcdefghij", "x"});
    table.add_row({"22", "b", ""});
    EXPECT_THAT(table.lines(80), ElementsAre(" N  NAME        X", " 1  abcdefghij  x", "22  b"));
    EXPECT_THAT(table.lines(12), ElementsAre(" N  NAME   X", " 1  ab…ij  x", "22  b"));
    EXPECT_THAT(table.lines(1), ElementsAre(" N  N…E  X", " 1  a…j  x", "22  b"));
}

TEST(Page, BreaksBetweenWordsButNotInNumbers) {
    Page page(20, false);
    page.paragraph("there were now 10 012 of 1.6 MiB", {0, 2});
    EXPECT_EQ(page.take(), "there were now\n  10 012 of 1.6 MiB\n");
    Page narrow(10, false);
    narrow.paragraph("abcdefghijklmnop q", {0, 2});
    EXPECT_EQ(narrow.take(), "abcdefghij\n  klmnop q\n");
    Page label(20, false);
    label.labelled("  Why:   ", "one two three");
    EXPECT_EQ(label.take(), "  Why:   one two\n         three\n");
}

Frame frame(const char* function, std::uint64_t offset = 1, const char* module = "vmlinux") {
    Frame made;
    made.function = function;
    made.offset = offset;
    made.module = module;
    made.address = 0x1000 + offset;
    return made;
}

TEST(Site, IsTheFirstFunctionThatTells) {
    const std::vector<Frame> socket{frame("kmem_cache_alloc_noprof"), frame("sk_prot_alloc"),
                                    frame("sk_alloc"), frame("inet_create"),
                                    frame("__sock_create")};
    EXPECT_EQ(allocation_site(socket), "inet_create");
    const std::vector<Frame> file{frame("kmem_cache_alloc_lru_noprof"), frame("__d_alloc"),
                                  frame("d_alloc_pseudo"), frame("alloc_file_pseudo"),
                                  frame("sock_alloc_file")};
    EXPECT_EQ(allocation_site(file), "sock_alloc_file");
    const std::vector<Frame> percpu{frame("pcpu_alloc_noprof"), frame("bpf_map_alloc_percpu"),
                                    frame("array_map_alloc")};
    EXPECT_EQ(allocation_site(percpu), "array_map_alloc");
    const std::vector<Frame> plumbing{frame(""), frame("__kmalloc_noprof"), frame("kthread")};
    EXPECT_EQ(allocation_site(plumbing), "__kmalloc_noprof");
    const std::vector<Frame> unknown{frame("", 0x234)};
    EXPECT_EQ(allocation_site(unknown), "0x1234");
    const std::vector<Frame> hook{frame("syscall_exit_work"), frame("do_syscall_64")};
    EXPECT_EQ(allocation_site(hook), "?");
    const std::vector<Frame> below{frame("bpf_trampoline_64"), frame("tcp_v4_conn_request")};
    EXPECT_EQ(allocation_site(below), "tcp_v4_conn_request");
    EXPECT_EQ(allocation_site({}), "?");
}

TEST(Phrases, AThingHasItsNameAndTheBytesOfItsParts) {
    Group group;
    group.cache = "kmalloc-1k";
    group.count = 40;
    group.bytes = 40'960;
    group.facts.bytes_per_hour = 1000;
    group.companions = {{ObjectClass::slab, "filp", 80, 20'480}};
    EXPECT_EQ(what_phrase(group), "kmalloc-1k");
    EXPECT_EQ(bytes_of_all(group), 40'960U);
    group.thing = {"pipe", "pipes"};
    EXPECT_EQ(what_phrase(group), "pipe");
    EXPECT_EQ(objects_phrase(group), "40 pipes");
    EXPECT_EQ(bytes_of_all(group), 61'440U);
    EXPECT_DOUBLE_EQ(bytes_per_hour(group).value_or(0), 1000); // is that of all parts already
    group.count = 1;
    EXPECT_EQ(objects_phrase(group), "1 pipe");
}

TEST(GroupId, IsStableAndTellsOriginsApart) {
    const std::vector<Frame> kernel{frame("sk_alloc", 5), frame("inet_create", 9)};
    const std::vector<Frame> user{frame("main", 3, "/bin/x"), frame("", 0x10, "/bin/x")};
    const std::string id = group_id("socket", "TCP", kernel, user, "/bin/x");
    EXPECT_EQ(id, "f8f12fe4a09c");
    EXPECT_NE(id, group_id("slab", "TCP", kernel, user, "/bin/x"));
    EXPECT_NE(id, group_id("socket", "UDP", kernel, user, "/bin/x"));
    EXPECT_NE(id, group_id("socket", "TCP", kernel, user, "/bin/y"));
    EXPECT_NE(id, group_id("socket", "TCP", user, kernel, "/bin/x"));
    std::vector<Frame> other = kernel;
    other[1].offset = 10;
    EXPECT_NE(id, group_id("socket", "TCP", other, user, "/bin/x"));
    other = user;
    other[1].offset = 0x11;
    EXPECT_NE(id, group_id("socket", "TCP", kernel, other, "/bin/x"));
}

TEST(GroupId, IgnoresWhatDiffersBetweenRuns) {
    std::vector<Frame> kernel{frame("sk_alloc", 5)};
    std::vector<Frame> user{frame("", 0x77, "")};
    const std::string id = group_id("slab", "kmalloc-rnd-07-64", kernel, user, "");
    kernel[0].address += 0x200000;
    user[0].address = user[0].offset = 0x88;
    EXPECT_EQ(id, group_id("slab", "kmalloc-rnd-12-64", kernel, user, ""));
    EXPECT_EQ(id, group_id("slab", "kmalloc-64", kernel, user, ""));
    EXPECT_NE(id, group_id("slab", "kmalloc-rnd-07-96", kernel, user, ""));
}

TEST(Phrases, CountFitsTheNoun) {
    Group group;
    group.object_class = ObjectClass::dentry;
    group.count = 1;
    EXPECT_EQ(objects_phrase(group), "1 dentry");
    group.count = 2000;
    EXPECT_EQ(objects_phrase(group), "2 000 dentries");
    group.object_class = ObjectClass::slab;
    group.cache = "kmalloc-64";
    EXPECT_EQ(objects_phrase(group), "2 000 kmalloc-64 objects");
    group.object_class = ObjectClass::percpu;
    group.cache.clear();
    EXPECT_EQ(objects_phrase(group), "2 000 per-CPU allocations");
    EXPECT_EQ(what_phrase(group), "per-CPU memory");
}

TEST(Phrases, WhatBecameOfSocketsIsSaidInWords) {
    Group group;
    group.object_class = ObjectClass::socket;
    group.cache = "TCP";
    group.count = 1;
    group.births = 1;
    group.kind = "never-closed";
    EXPECT_EQ(fate_phrase(group), "never closed");
    EXPECT_EQ(what_phrase(group), "TCP socket");
    group.kind = "never-accepted";
    EXPECT_EQ(fate_phrase(group), "never accepted");
    EXPECT_EQ(what_phrase(group), "TCP never-accepted");
    group.kind = "some-day";
    EXPECT_EQ(fate_phrase(group), "never freed");
}

TEST(Phrases, FreedByExitIsNotFreedByTheProgram) {
    Group group;
    group.births = 10;
    group.count = 10;
    group.deaths = 10;
    group.released_at_exit = 10;
    EXPECT_EQ(fate_phrase(group), "freed only by the exit");
    EXPECT_EQ(evidence_phrase(group, 60'000'000'000), "10 born, 0 freed in 1m 00s");
    EXPECT_EQ(exit_phrase(group), "all 10 were freed only because the process exited");
    group.exit_ways = {.by_rcu = 7, .by_parent = 1, .unknown = 5};
    EXPECT_EQ(exit_phrase(group), "all 10 were freed only because the process exited (8 later, by "
                                  "RCU, by its waiting parent)");
    group.released_at_exit = 0;
    group.deaths = 0;
    EXPECT_EQ(fate_phrase(group), "never freed");
    EXPECT_EQ(exit_phrase(group), "");
    group.births = 15;
    group.deaths = 5;
    EXPECT_EQ(fate_phrase(group), "not freed");
    EXPECT_EQ(evidence_phrase(group, 60'000'000'000), "15 born, 5 freed in 1m 00s");
    group.verdict = Verdict::rcu_pending;
    EXPECT_EQ(fate_phrase(group), "waiting for RCU");
}

TEST(Phrases, WaitStatus) {
    EXPECT_EQ(wait_status_phrase(0), "exited with status 0");
    EXPECT_EQ(wait_status_phrase(3 << 8), "exited with status 3");
    EXPECT_EQ(wait_status_phrase(9), "was killed by signal 9");
}

TEST(CommandPhrase, IsCutWhereItWouldFillThePage) {
    EXPECT_EQ(command_phrase({"ls", "-l", "a b", ""}), "ls -l 'a b' ''");
    std::vector<std::string> command(20'000, "argument");
    command.front() = "program";
    const std::string many = command_phrase(command);
    EXPECT_LT(many.size(), 400u);
    EXPECT_THAT(many, testing::HasSubstr("more arguments"));
    EXPECT_LT(command_phrase({"sh", "-c", std::string(100'000, 'x')}).size(), 400u);
}

TEST(Table, WideNamesDoNotShiftColumns) {
    Table table({{"NAME"}, {"N", Table::Align::right}});
    table.add_row({"漢字", "1"});
    table.add_row({"name", "2"});
    EXPECT_THAT(table.lines(20), ElementsAre("NAME  N", "漢字  1", "name  2"));
}

TEST(Page, BreaksWideWordsWhereTheyFit) {
    Page page(10, false);
    page.paragraph("漢字漢字漢字漢");
    EXPECT_EQ(page.take(), "漢字漢字漢\n字漢\n");
    Page narrow(1, false);
    narrow.paragraph("漢字"); // never comes to an end by its width alone
    EXPECT_EQ(narrow.take(), "漢\n字\n");
}

} // namespace
} // namespace unfreed
