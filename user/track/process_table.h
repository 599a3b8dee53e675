// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "model/snapshot.h"
#include "track/process_reader.h"

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

namespace unfreed {

// Who made the objects: processes by number, from process events, from origins, and from what the
// system says while they run. A number that is used again is a new process; the former one is kept,
// because its objects may outlive it. Processes that made nothing are forgotten when they end, so
// memory is bounded by the origins. Not thread-safe; borrows the reader.
class ProcessTable {
  public:
    explicit ProcessTable(ProcessReader& reader) : reader_(reader) {}

    void apply(const ProcessEvent& event);
    // An origin names the process that makes its objects.
    void learn(const OriginEvent& origin);
    // So does an object whose origin has not been heard of: its record was lost.
    void learn(std::uint32_t tgid, std::uint64_t now_ns);
    // Asks the system which processes have ended without telling: those of a host-wide trace, and
    // those whose record was lost. Call it before a snapshot.
    void refresh(std::uint64_t now_ns);

    // The latest process of this number; nullptr: unknown.
    const ProcessInfo* find(std::uint32_t tgid) const;
    // Fills processes and former_processes.
    void copy_to(Snapshot& snapshot) const;

  private:
    struct Entry {
        ProcessInfo info;
        bool has_origins = false;
        bool was_read = false;                 // exe and cgroup, or inherited from the parent
        std::optional<std::uint64_t> identity; // ProcessReader::alive_since
        std::uint64_t confirmed_ns = 0;        // when it was last known to be this process
    };

    void on_fork(const ProcessEvent& event);
    void on_exec(const ProcessEvent& event);
    void on_exit(const ProcessEvent& event);
    void learn_running(Entry& entry, const OriginEvent& origin);
    void learn_ended(Entry& entry, const OriginEvent& origin);
    void end(Entry& entry, std::uint64_t time_ns);
    // Another process has this number now.
    Entry& replace(Entry& entry, std::uint64_t started_at_ns);
    void read(Entry& entry);
    std::string name_of(const OriginEvent& origin);

    ProcessReader& reader_;
    std::unordered_map<std::uint32_t, Entry> latest_;
    std::vector<ProcessInfo> former_;
};

} // namespace unfreed
