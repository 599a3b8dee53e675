// SPDX-License-Identifier: BSD-2-Clause
// All that a report is made of, read once and named: a plain value. Who has it needs no kernel, no
// process and no file to judge and to tell, and may do so elsewhere and later (survey/recording.h).
#pragma once

#include "kernel_counts/kernel_books.h"
#include "kernel_counts/tcp_counters.h"
#include "model/aim.h"
#include "model/counters.h"
#include "model/inspection.h"
#include "model/report.h"
#include "model/snapshot.h"
#include "model/trace_mode.h"
#include "survey/kernel_names.h"

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace unfreed {

// What was traced, and how.
struct TraceFacts {
    TraceMode mode = TraceMode::host;
    std::string started_at;       // RFC 3339
    std::uint64_t started_ns = 0; // CLOCK_MONOTONIC
    std::vector<std::uint32_t> targets;
    std::vector<std::string> command; // empty: none
    std::optional<int> command_status;
    std::vector<ObjectClass> classes;
    std::uint64_t min_age_ns = 0;
    std::uint32_t asked_one_in = 1;             // --sample
    std::optional<std::uint64_t> thinned_at_ns; // when the sample was first made smaller
    bool always_walk = false;                   // --stacks
    AimNames aim;
    RepeatFacts repeats; // run
};

bool wants(const TraceFacts& trace, ObjectClass object_class);

// What this host lets a trace see.
struct Sight {
    std::uint32_t visible_stages = 0;
    bool kmem_births = false;
    bool sees_bulk_frees = true;
    bool knows_every_cache = true;
    bool legacy = false;            // the edition for kernels before 6.1
    std::string advice_on_skipping; // what would help where programs were skipped
};

// What the kernel itself counts, and what the rules must know of the host.
struct Books {
    bool comparable = false; // the trace is host-wide
    KernelCounts start;
    KernelCounts now;
    SlabNames::Links slab_links;
    unsigned cpus = 1;                       // possible ones, for the allocator's own lists
    std::uint64_t processors = 1;            // configured ones
    std::set<std::string> reclaim_accounted; // caches with SLAB_RECLAIM_ACCOUNT, of those seen
};

// Sockets of the host beside those that were followed.
struct SocketLook {
    bool listed_older = false;      // Snapshot::other_sockets has those from before the trace
    std::set<std::uint64_t> hidden; // addresses: alive, and ss(8) does not show them
    bool asked_ss = false;          // else nothing is known of hidden ones
    std::vector<std::string> notes; // what could not be seen, and why
    std::size_t namespaces_missing = 0;
    TcpCounters tcp_start;
    TcpCounters tcp_now;
    std::uint64_t page_bytes = 4096;
};

// Where a path within a file system is for these processes, asked one after the other.
struct PathQuestion {
    std::uint32_t device = 0;
    std::string path;
    std::vector<std::uint32_t> pids;
    friend auto operator<=>(const PathQuestion&, const PathQuestion&) = default;
};

// What is read of what a report names one by one, and of nothing else: it may be few of millions.
struct Closeups {
    struct Object {
        bool alive = false;
        std::map<std::string, std::string> details;
        DentryLocation location;
    };
    struct Reclaimed {
        ReclaimReport report; // but for its `dentries`
        std::vector<ObjectKey> freed;
        std::vector<ObjectKey> kept;
    };
    std::map<std::pair<Program, std::vector<std::uint64_t>>, std::vector<Frame>> user_frames;
    std::map<ObjectKey, Object> objects;
    std::map<std::uint64_t, std::map<std::string, std::string>> sockets; // by address: listed ones
    std::map<std::uint64_t, std::map<std::string, std::string>> peers;   // the other end of each
    std::map<PathQuestion, std::string> paths;
    std::optional<Reclaimed> reclaimed; // --probe-reclaim
};

// How addresses of the kernel are shown.
struct AddressPolicy {
    std::string name = "real"; // as Report::Trace::kernel_addresses
    // Empty: as they are. Else what stands for each that can be shown, by the number that it has
    // here.
    std::map<std::uint64_t, std::uint64_t> shown;
};

// What the user asked to see, for who tells it again.
struct Asked {
    std::uint64_t top = 20;
    std::uint64_t objects_per_group = 3;
};

struct Survey {
    Report::Tool tool; // that looked
    Asked asked;
    Report::Host host;
    TraceFacts trace;
    Sight sight;
    std::vector<HookReport> hooks;
    std::vector<std::string> notes; // what this process might not see
    Snapshot snapshot;
    std::vector<UnfollowedCache> unfollowed;
    OriginCounts totals; // of all origins ever; births and deaths only
    Counters counters;   // but for what only judging shows
    Books books;
    KernelNames kernel; // of all stacks
    // What tells the user stack of an origin from others, in whatever process and wherever the code
    // was loaded; empty: nothing does.
    std::unordered_map<OriginId, std::string> user_keys;
    std::map<std::uint32_t, ProcessInfo> holders; // by tgid: names of who holds something
    std::optional<SocketLook> sockets;            // nullopt: no sockets were wanted
    Closeups closeups;
    AddressPolicy addresses;
};

} // namespace unfreed
