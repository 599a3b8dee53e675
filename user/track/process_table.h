// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "model/snapshot.h"
#include "track/process_reader.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

namespace unfreed {

// Who made the objects: programs (ProgramId), from process events, from origins, and from what the
// system says while they run. A number that is used again is a new process, a process that calls
// exec() goes on as a new program; the former one is kept, because its objects may outlive it. What
// the system says of a number counts only if it speaks of the process that is meant: right names or
// none. Programs whose origins are forgotten are forgotten when they end, so memory is bounded by
// the origins. Not thread-safe; borrows the reader.
class ProcessTable {
  public:
    explicit ProcessTable(ProcessReader& reader) : reader_(reader) {}

    // An exec of a process that is not known is ignored: host-wide those of all are told.
    void apply(const ProcessEvent& event);
    // An origin names the program that makes its objects; is_new: its record was not seen before.
    void learn(const OriginEvent& origin, bool is_new = true);
    // So does an object whose origin has not been heard of: its record was lost.
    void learn(std::uint32_t tgid, std::uint64_t now_ns);
    // The origin has no objects any more.
    void forget(const OriginEvent& origin);
    // Asks the system which processes have ended without telling: those of a host-wide trace, and
    // those whose record was lost. Call it before a snapshot.
    void refresh(std::uint64_t now_ns);

    // The latest program of this number; nullptr: unknown.
    const ProcessInfo* find(std::uint32_t tgid) const;
    // Fills processes and former_processes.
    void copy_to(Snapshot& snapshot) const;

  private:
    struct Entry {
        ProcessInfo info;
        std::size_t origins = 0;
        bool has_orphans = false;              // objects whose origin is not known
        bool is_exact = true;                  // false: info.program is what /proc says
        std::optional<std::uint64_t> since;    // ProcessReader::alive_since of its process
        std::optional<std::uint64_t> named_ns; // when exe was read

        bool is_wanted() const { return origins != 0 || has_orphans; }
    };
    // Of one number, the latest last: by start of the process, then by exec.
    using Programs = std::vector<Entry>;

    void on_fork(const ProcessEvent& event);
    void on_exec(const ProcessEvent& event);
    void on_exit(const ProcessEvent& event);
    // Finds the program or makes it, which is_new then says.
    Entry& enter(std::uint32_t tgid, const ProgramId& program, std::uint64_t time_ns, bool& is_new);
    Entry& owner_of(const OriginEvent& origin);
    Entry& enter_running(std::uint32_t tgid, std::uint64_t now_ns);
    // A later program, of this process or another, was heard of.
    void succeed(Programs& programs, const ProgramId& program, std::uint64_t time_ns);
    // Asks the system for names; false: the process is gone.
    bool read(Entry& entry);
    void rename(Entry& entry, const OriginEvent& origin);

    // nullptr: none. By time: the last that had begun by then.
    static Entry* find(Programs& programs, const ProgramId& program);
    static Entry* find(Programs& programs, std::uint64_t time_ns);
    static void end(Programs& programs, std::uint64_t start_ns, std::uint64_t time_ns);
    static bool forget_unwanted(Programs& programs);

    ProcessReader& reader_;
    std::unordered_map<std::uint32_t, Programs> programs_;
};

} // namespace unfreed
