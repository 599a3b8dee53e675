// SPDX-License-Identifier: BSD-2-Clause
// What is alive at one moment and what is known of where it came from: the input of the analyzer.
#pragma once

#include "base/box.h"
#include "model/death_record.h"
#include "model/dentry_names.h"
#include "model/event.h"
#include "model/exit_ways.h"
#include "model/holder.h"
#include "model/inspection.h"
#include "model/last_deaths.h"
#include "model/sampling.h"

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace unfreed {

// One occupied slot of the kernel's object table.
struct TableObject {
    std::uint64_t address = 0;
    std::uint64_t birth_ns = 0;
    OriginId origin;
    std::uint32_t tgid = 0;
    std::uint64_t size_bytes = 0; // 0: the size of the origin's cache
    std::uint32_t stages = 0;     // bits of enum uf_stage
    ObjectClass object_class = ObjectClass::slab;
    bool stack_checked = false; // its own stacks were walked, and are those of its origin
};

// One occupied entry of the kernel's origin table.
struct OriginCounts {
    std::uint64_t births = 0;
    std::uint64_t deaths = 0;
    std::uint64_t exit_released = 0;
    std::uint64_t exit_pending = 0;
    ExitWays exit_ways = {};
    std::uint64_t replaced = 0; // births on an address still held: deaths that were missed
    std::uint64_t checked = 0;  // births whose stacks were walked
    std::uint64_t differed = 0; // of these, births that have another stack than the origin's
    OriginId split_of = {};     // the origin whose key it shares; value 0: none
    bool walked = false;        // the stacks of all births are walked from now on
};

// An origin that has no objects any more and gave its number back.
struct RetiredOrigin {
    OriginId id;
    OriginCounts counts;
};

// The part of where objects come from that outlives an origin.
struct BirthPlace {
    std::string cache; // empty: unknown
    std::uint64_t call_site = 0;
    bool kmalloc = false; // the cache is known by its size only
    friend auto operator<=>(const BirthPlace&, const BirthPlace&) = default;
};

// Slab objects of one cache that the object table never saw: those from before the trace, and those
// of the tool itself.
struct UnfollowedCache {
    struct Counts {
        std::uint64_t births = 0;
        std::uint64_t deaths = 0;
    };

    std::string name; // empty: which cache is unknown
    std::uint64_t births = 0;
    std::uint64_t deaths = 0;
    std::map<std::uint64_t, Counts> by = {}; // the part of which this is known: OlderPlace::by
};

// Objects of an origin that are alive or that only the exit of their process freed. The counters
// are read one after the other while they move, so deaths may be ahead of births: never negative.
inline std::uint64_t outstanding_of(const OriginCounts& counts) {
    const std::uint64_t made = counts.births + counts.exit_released;
    return made > counts.deaths ? made - counts.deaths : 0;
}

// The kernel's two tables, copied. Object order is unspecified.
struct TableSnapshot {
    std::uint64_t taken_at_ns = 0;
    Sampling sampling; // of objects, and of the counts of origins
    std::vector<TableObject> objects;
    std::unordered_map<OriginId, OriginCounts> origins;
};

// A program that made a followed object, and its process: one that calls exec() goes on as another
// program.
struct ProcessInfo {
    std::uint32_t tgid = 0;
    ProgramId program;
    std::uint64_t started_at_ns = 0; // CLOCK_MONOTONIC: exec(), else of the process; 0: unknown
    std::string comm;
    std::string exe;    // path, empty: unknown
    std::string cgroup; // path, empty: unknown
    bool alive = true;
    std::uint64_t exited_at_ns = 0; // 0: alive
};

// A surviving object with everything known about it.
struct LiveObject {
    TableObject slot;
    // When each stage was first seen, where that is known; a stage set in slot.stages and missing
    // here was reached before the object was promoted.
    std::map<std::uint32_t, std::uint64_t> stage_times_ns;
    Box<ObjectFacts> facts; // read when the report was asked for
};

// A socket that is not followed: older than the trace, of a process that is not traced, or left out
// of a sample. Its slot has no more than the address; its facts are always there.
struct OtherSocket {
    LiveObject object;
    bool pre_attach = false; // the report lists it as older than the trace
};

// outstanding_of() each origin over the ticks of the trace, evenly spaced, at most 128 points. In a
// sampled trace an estimate: what was followed, times N.
struct OutstandingHistory {
    std::vector<std::uint64_t> times_ns;
    // At most as long as times_ns. A shorter series ends early: 0 from there on.
    std::unordered_map<OriginId, std::vector<std::uint32_t>> outstanding;
};

BirthPlace birth_place_of(const OriginEvent& origin);

// Sockets of one origin that died with memory charged to them.
struct ChargedDead {
    OriginEvent origin; // id: value 0 if it has been given back, or is unknown
    std::uint64_t count = 0;
    std::uint32_t tgid = 0; // of the first
    std::int64_t rmem_alloc = 0;
    std::int64_t wmem_queued = 0;
    std::int64_t forward_alloc = 0;
};

struct Snapshot {
    std::uint64_t taken_at_ns = 0;
    std::uint32_t one_in = 1; // objects and counts are those of one in so many
    std::vector<LiveObject> objects;
    std::unordered_map<OriginId, OriginEvent> origins;
    std::unordered_map<OriginId, OriginCounts> counts;
    std::unordered_map<OriginId, GivenUpEvent> given_up; // the latest of each that was heard of
    std::map<BirthPlace, OriginCounts> retired;          // of origins that gave their number back
    // By tgid: the latest program of each number.
    std::unordered_map<std::uint32_t, ProcessInfo> processes;
    std::vector<ProcessInfo> former_processes; // earlier ones; sorted by tgid, then started_at_ns
    std::vector<ChargedDead> charged_dead;
    OutstandingHistory history;
    DeathRecord deaths;
    std::unordered_map<OriginId, LastDeaths> last_deaths; // that came one after the other
    std::vector<OtherSocket> other_sockets;               // those that were read, by address
    HolderIndex holders;                // of its sockets and dentries, and of their peers
    std::uint64_t hidden_processes = 0; // that may hold some, but cannot be looked at
    std::map<std::uint32_t, std::string> holder_names; // by tgid: of other_sockets and of peers
    DentryNames dentry_names; // of the dentries that were read (analyze/dentry_places.h)
};

// The program that this number ran at that time; nullptr: unknown. The pointer lives as long as the
// snapshot, as do those below.
const ProcessInfo* find_process(const Snapshot& snapshot, std::uint32_t tgid,
                                std::uint64_t time_ns);
// By its origin, which knows the program, else by time; tgid 0 is nobody. origin: nullptr if it is
// not known.
const ProcessInfo* find_process(const Snapshot& snapshot, std::uint32_t tgid,
                                const OriginEvent* origin, std::uint64_t time_ns);
// The program that made it.
const ProcessInfo* maker_of(const Snapshot& snapshot, const TableObject& object);

} // namespace unfreed
