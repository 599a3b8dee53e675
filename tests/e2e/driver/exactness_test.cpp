// SPDX-License-Identifier: BSD-2-Clause
// Is what a host-wide trace of all classes holds as live the same as what the allocator holds as
// allocated? Judged object by object with the allocator's own lists (slab_walk.h), after a churn of
// every way in and out of the slab allocator. UNFREED_CHURN_SECONDS makes it long.
#include "slab_books.h"
#include "tool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <thread>

namespace unfreed::e2e {
namespace {

using std::chrono::seconds;

// Eight copies of each program are verified on 7.0 and later, which takes an emulator 40 s.
constexpr seconds kAttach(240);

int churn_seconds() {
    const char* text = std::getenv("UNFREED_CHURN_SECONDS");
    return text != nullptr ? std::atoi(text) : 6;
}

void churn(int duration, const std::string& dir) {
    const std::vector<std::vector<std::string>> programs = {
        {"mixed_churner", "--dir", dir},
        {"net_churner"},
        {"net_churner", "--veth"},
        {"unlink_churner", dir},
        {"fork_churner"},
        {"io_uring_churner"},
        {"poll_churner"},
    };
    std::vector<std::unique_ptr<Process>> running;
    for (const auto& program : programs) {
        std::vector<std::string> words{program_path(program[0])};
        words.insert(words.end(), program.begin() + 1, program.end());
        words.insert(words.end(), {"--seconds", std::to_string(duration)});
        running.push_back(std::make_unique<Process>(words));
    }
    for (std::size_t i = 0; i < running.size(); ++i) {
        const Finished finished = running[i]->finish(seconds(duration * 3 + 120));
        EXPECT_EQ(finished.status, 0) << programs[i][0] << ": " << finished.err;
        std::printf("%s", finished.out.c_str());
    }
}

// A trace of everything; the churners have filled the caches of names before, which stay.
struct TracedHost {
    explicit TracedHost(const std::vector<std::string>& options)
        : tool((churn(1, dir.path), command({"trace", "--class", "slab,socket,dentry", "--min-age",
                                             "3s", "--duration", "1h", "--top", "2000"},
                                            options))) {}
    Json report() {
        tool.signal(SIGINT);
        return report_of(tool.finish());
    }
    TempDir dir;
    Process tool;
};

std::int64_t loss_of(const Json& report, const std::string& counter) {
    for (const Json& loss : report["losses"])
        if (loss["counter"] == counter)
            return loss["count"];
    return 0;
}

void print_losses(const Json& report) {
    for (const Json& loss : report["losses"])
        if (loss["count"] != 0)
            std::printf("  %s: %s\n", loss["counter"].get<std::string>().c_str(),
                        loss["count"].dump().c_str());
}

void print_difference(const Judgement& found, const Books& end, const SlabWalk& walk) {
    for (const auto& [address, cache] : found.missed_deaths) {
        const uf_meta& meta = end.live.at(address);
        std::printf("  missed death: %#llx size %u bits %#x origin %u tgid %u\n",
                    static_cast<unsigned long long>(address), meta.size, meta.bits, meta.origin,
                    meta.tgid);
    }
    std::map<std::string, unsigned> counts;
    for (const auto& [address, cache] : found.missed_births)
        ++counts[walk.cache_name(cache)];
    for (const auto& [name, count] : counts)
        std::printf("  missed births: %s %u\n", name.c_str(), count);
}

void measure_only(const std::vector<std::string>& options) {
    TracedHost host(options);
    ASSERT_TRUE(host.tool.wait_for("tracing", true, kAttach));
    churn(churn_seconds(), host.dir.path);
    std::this_thread::sleep_for(seconds(4));
    const Json report = host.report();
    std::printf("births %s, deaths %s\n", report["totals"]["births"].dump().c_str(),
                report["totals"]["deaths"].dump().c_str());
    print_losses(report);
}

// Does the report know the number of events that were lost, and not only a bound?
bool lost_events_are_exact(const Json& report) {
    return std::all_of(report["hooks"].begin(), report["hooks"].end(),
                       [](const Json& hook) { return hook["events_lost_exact"] != false; });
}

// Objects that one call frees at most: a page of pointers of kfree_rcu (kvfree_rcu_bulk_data).
constexpr std::int64_t kLargestBatch = 512;

// Lost events of hooks that see many objects at once.
std::int64_t lost_batches(const Json& report) {
    std::int64_t lost = 0;
    for (const Json& hook : report["hooks"]) {
        const std::string stage = hook["stage"];
        if (stage.find(" in ") != std::string::npos && hook["events_lost"].is_number())
            lost += hook["events_lost"].get<std::int64_t>();
    }
    return lost;
}

struct Outcome {
    Judgement found;
    std::int64_t lost = 0;    // events, says the report
    std::int64_t batches = 0; // of them, those that may be many objects each
    std::int64_t judged = 0;  // what the allocator's books show of them
    bool exact = false;       // lost is not only a bound
    Json report;
};

// Makes a skip where nothing can be judged.
void judge_churn(const std::vector<std::string>& options, Outcome& outcome) {
    std::string why;
    const auto memory = KernelMemory::open(why);
    if (!memory) {
        measure_only(options);
        GTEST_SKIP() << "measured, not judged: the allocator's lists cannot be read: " << why;
    }
    const SlabWalk walk(*memory);
    TracedHost host(options);
    ASSERT_TRUE(host.tool.wait_for("tracing", true, kAttach));
    const auto table = ToolTable::open();
    ASSERT_TRUE(table);
    table->follow(host.tool.pid());
    const Books start = read_books(walk, *table);
    churn(churn_seconds(), host.dir.path);
    std::this_thread::sleep_for(seconds(3)); // grace periods
    const Books end = read_books(walk, *table);
    const std::int64_t rescued = table->rescued();
    const Json report = host.report();

    const Judgement found = judge(start, end, walk);
    std::printf("allocated before %zu, after %zu; births %s, deaths %s; held as live %zu: %llu "
                "are allocated, %llu are large\n",
                start.allocated.size(), end.allocated.size(),
                report["totals"]["births"].dump().c_str(),
                report["totals"]["deaths"].dump().c_str(), end.live.size(),
                static_cast<unsigned long long>(found.verified),
                static_cast<unsigned long long>(found.large));
    std::printf("missed deaths %zu, missed births %zu, deaths of unseen %lld; rescued %lld\n",
                found.missed_deaths.size(), found.missed_births.size(),
                static_cast<long long>(found.deaths_of_unseen), static_cast<long long>(rescued));
    print_difference(found, end, walk);
    print_losses(report);
    if (tracepoints_only(report))
        GTEST_SKIP() << "measured, not judged: bulk frees are not seen on this host";
    outcome = {found, loss_of(report, "recursion_misses"), 0,
               0,     lost_events_are_exact(report),       report};
    outcome.batches = lost_batches(report);
    // A death is missed for good, or until the address is given out again.
    outcome.judged = static_cast<std::int64_t>(found.missed_deaths.size()) +
                     loss_of(report, "births_on_live_address") +
                     static_cast<std::int64_t>(found.missed_births.size()) +
                     std::max<std::int64_t>(found.deaths_of_unseen, 0);
    std::printf("lost, says the report: %s%lld, %lld of them batches; judged: %lld\n",
                outcome.exact ? "" : "at most ", static_cast<long long>(outcome.lost),
                static_cast<long long>(outcome.batches), static_cast<long long>(outcome.judged));
}

// Nothing that is held as live is not, on any kernel. Births are missed only where tasks preempt
// one another inside of tracepoints, and no more than the report says.
TEST(Exactness, TableAgreesWithTheAllocatorAfterChurn) {
    Outcome outcome;
    judge_churn({}, outcome);
    if (IsSkipped() || HasFatalFailure())
        return;
    EXPECT_EQ(outcome.found.missed_deaths.size(), 0u);
    EXPECT_LE(outcome.judged, outcome.lost);
    EXPECT_EQ(loss_of(outcome.report, "objects_not_tracked"), 0);
}

// With one copy events are lost. The books show those that matter: not a free of NULL, and not the
// death of an object whose birth was lost, too.
TEST(Exactness, WhatOneCopyLosesIsCounted) {
    Outcome outcome;
    judge_churn({"--copies", "1"}, outcome);
    if (IsSkipped() || HasFatalFailure())
        return;
    EXPECT_TRUE(outcome.exact);
    EXPECT_LE(outcome.judged, outcome.lost + outcome.batches * kLargestBatch);
    EXPECT_LE(outcome.lost, outcome.judged + 10 + outcome.lost / 2)
        << "hardly any of these were lost indeed";
}

// A CPU nests three levels at most.
TEST(Exactness, ThreeCopiesLoseNothing) {
    Outcome outcome;
    judge_churn({"--copies", "3"}, outcome);
    if (IsSkipped() || HasFatalFailure())
        return;
    if (!outcome.exact)
        GTEST_SKIP() << "judged against a bound only: tasks preempt one another inside of programs";
    EXPECT_EQ(outcome.lost, 0);
    EXPECT_EQ(outcome.judged, 0);
}

} // namespace
} // namespace unfreed::e2e
