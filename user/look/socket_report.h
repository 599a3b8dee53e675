// SPDX-License-Identifier: BSD-2-Clause
// The sockets of the host beside those that were traced: those older than the trace, those that
// ss(8) does not show, and those that traced ones belong to.
#pragma once

#include "look/surroundings.h"
#include "model/snapshot.h"
#include "source/event_source.h"
#include "survey/survey.h"

#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

namespace unfreed::look {

class SocketReport {
  public:
    // Call before the trace begins. What this host does not permit becomes a note of the report.
    void load(Witness& witness, Surroundings& surroundings);
    // Remembers what exists and was not born in the trace. Call when births are followed already:
    // then no socket is in neither list. targets: only what these hold; empty: all. workers: of the
    // tool, left out.
    void take_pre_attach(EventSource& source, const std::vector<std::uint32_t>& targets,
                         std::span<const std::uint32_t> workers);

    // Fills in the snapshot's other_sockets. Call when what was traced has been read.
    void read_others(Snapshot& snapshot, Witness& witness) const;
    // What is known of them beside the snapshot, whose sockets are all read: which of them ss(8)
    // does not show.
    SocketLook look(const Snapshot& snapshot, std::uint64_t min_age_ns, Witness& witness,
                    Surroundings& surroundings) const;

    // Network namespaces whose sockets may be missing among those that are older than the trace.
    std::size_t namespaces_missing() const { return namespaces_missing_; }

  private:
    void note_namespaces(const SocketList& list);
    bool files_missing() const;

    bool can_list_ = false;
    std::vector<std::string> missing_; // what cannot be listed here
    std::vector<ListedSocket> pre_attach_;
    // In no descriptor: with targets only those count that came to a listener of theirs.
    std::vector<ListedSocket> in_no_descriptor_;
    // Closed unix sockets that one of pre_attach_ holds: nothing lists them.
    std::unordered_set<std::uint64_t> closed_peers_;
    bool taken_ = false;
    std::size_t namespaces_missing_ = 0;
    std::size_t hidden_processes_ = 0;
    TcpCounters tcp_at_start_;
    std::set<std::uint32_t> targets_;
    std::vector<std::string> notes_;
};

} // namespace unfreed::look
