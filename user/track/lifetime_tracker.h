// SPDX-License-Identifier: BSD-2-Clause
// Keeps what user space knows of living objects, beyond what the kernel's tables say by themselves.
//
//   records ──► apply() ──┐ stage times, origins, processes, frees
//                         ▼
//   table ──► reconcile() ──► promoted keys     (every tick: the table is the truth)
//   table ──► snapshot()  ──► Snapshot          (a report)
//
// An object is *tracked* from the first reconcile that finds it older than its promotion age until
// a free record or a table without it says that it is dead. (address, birth) names it: when an
// address shows up with a later birth, the former object is dead, whatever was lost.
#pragma once

#include "model/event.h"
#include "model/object_key.h"
#include "model/snapshot.h"
#include "track/address_map.h"
#include "track/count_history.h"
#include "track/death_runs.h"
#include "track/old_deaths.h"
#include "track/process_table.h"
#include "track/stage_times.h"

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace unfreed {

struct TrackerOptions {
    // By class (index: enum uf_class): objects that have lived this long are worth records of their
    // stages and death. 0: at the first tick.
    std::array<std::uint64_t, UF_CLASS_COUNT> promotion_age_ns{};
    // A trace of processes: what the exit of one frees had lived to the end (DeathRecord::at_exit).
    bool exit_is_no_death = false;
};

// What happened that the caller may want to log; none of it makes a report wrong.
struct TrackerStats {
    std::uint64_t promoted = 0;
    std::uint64_t freed = 0;            // by a record
    std::uint64_t found_dead = 0;       // by a table without it: its record was dropped or is late
    std::uint64_t sampled_out = 0;      // no longer in the sample: nothing is known of its death
    std::uint64_t replaced = 0;         // by a later object at its address
    std::uint64_t unknown_frees = 0;    // not (or no longer) tracked
    std::uint64_t unknown_stages = 0;   // same
    std::uint64_t repeated_origins = 0; // records for an origin that is known
};

// One thread owns it. Borrows the reader. Times are CLOCK_MONOTONIC nanoseconds, all of them given
// by the caller. Memory: a few dozen bytes a tracked object, plus its stage times; origins are
// kept.
class LifetimeTracker {
  public:
    LifetimeTracker(const TrackerOptions& options, ProcessReader& reader);

    void apply(const Event& event);

    // Brings the tracked set in line with the table and adds a point to the history. Returns the
    // objects that are tracked from now on: the caller flags their slots UF_META_PROMOTED (unless a
    // slot has changed hands since). Linear in objects and origins. Tables come in order of time.
    std::vector<ObjectKey> reconcile(const TableSnapshot& table);

    // An origin that has no objects any more and whose number may be given to another.
    void forget(const RetiredOrigin& origin);

    // Deaths and births so far of what is not followed. Worth asking for only when it is due.
    void note_older(std::span<const UnfollowedCache> caches, std::uint64_t time_ns) {
        old_deaths_.older(caches, time_ns);
    }
    bool older_due(std::uint64_t time_ns) const { return old_deaths_.older_due(time_ns); }

    // See ProcessTable::refresh.
    void refresh_processes(std::uint64_t now_ns) { processes_.refresh(now_ns); }

    // Everything alive in the table, tracked or not, sorted by address, with what is known of it.
    // Objects whose free or replacement has been heard of since the table was copied are left out;
    // stages heard of since are added.
    Snapshot snapshot(const TableSnapshot& table) const;

    // False also for a process that was never heard of.
    bool process_ended(std::uint32_t tgid) const {
        const ProcessInfo* process = processes_.find(tgid);
        return process != nullptr && !process->alive;
    }

    std::size_t tracked() const { return tracked_.size(); }
    std::size_t memory_bytes() const;
    const TrackerStats& stats() const { return stats_; }

  private:
    struct Tracked {
        std::uint64_t birth_ns = 0;
        StageTimes::Head stages = 0;
        std::uint32_t seen = 0; // tick of the last table that had it
        OriginId origin;
    };
    struct Freed {
        std::uint64_t birth_ns = 0;
        std::uint64_t time_ns = 0;
    };

    void on(const OriginEvent& event);
    void on(const StageEvent& event);
    void on(const FreeEvent& event);
    void on(const ChargedEvent& event);
    void on(const GivenUpEvent& event);
    void on(const UserStackCopy&) {} // read by who names user stacks
    void on(const ProcessEvent& event) { processes_.apply(event); }

    bool old_enough(const TableObject& object, std::uint64_t now_ns) const;
    bool is_dead(const TableObject& object) const;
    void note_freed(const ObjectKey& key, std::uint64_t time_ns);
    // Of an object that was tracked: once.
    void note_death(const Tracked& object, std::uint64_t time_ns);
    void follow_sample(std::uint32_t one_in);
    // True: the object is tracked from now on.
    bool reconcile_one(const TableObject& object, std::uint64_t now_ns);
    // `known` is what is tracked at its address, or nullptr.
    LiveObject describe(const TableObject& object, const Tracked* known) const;

    TrackerOptions options_;
    ProcessTable processes_;
    AddressMap<Tracked> tracked_;
    // Objects known to be dead that a table copied before their death may still show.
    AddressMap<Freed> freed_;
    StageTimes stage_times_;
    std::unordered_map<OriginId, OriginEvent> origins_;
    std::unordered_map<OriginId, GivenUpEvent> given_up_;
    std::map<BirthPlace, OriginCounts> retired_;
    std::map<OriginId, ChargedDead> charged_dead_;
    std::vector<ChargedDead> charged_before_; // of origins that are forgotten
    CountHistory history_;
    OldDeaths old_deaths_;
    DeathRuns death_runs_;
    std::uint32_t one_in_ = 0; // of the last table; 0: there was none
    TrackerStats stats_;
    std::uint32_t tick_ = 0;
    std::uint64_t last_table_ns_ = 0;
};

} // namespace unfreed
