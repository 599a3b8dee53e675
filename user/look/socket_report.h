// SPDX-License-Identifier: BSD-2-Clause
// The sockets of the host beside those that were traced: those older than the trace, those that
// ss(8) does not show, and those that traced ones belong to.
#pragma once

#include "judgement/report_options.h"
#include "kernel_counts/tcp_counters.h"
#include "model/report.h"
#include "model/snapshot.h"
#include "source/event_source.h"
#include "source/socket_census.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

namespace unfreed::look {

class SocketReport {
  public:
    // Call before the trace begins. What this host does not permit becomes a note of the report.
    void load();
    // Remembers what exists and was not born in the trace. Call when births are followed already:
    // then no socket is in neither list. targets: only what these hold; empty: all. workers: of the
    // tool, left out.
    void take_pre_attach(EventSource& source, const std::vector<std::uint32_t>& targets,
                         std::span<const std::uint32_t> workers);

    // Fills in the snapshot's other_sockets. Call when what was traced has been read.
    void read_others(Snapshot& snapshot, EventSource& source) const;
    // Call when the holders of the snapshot have been read: makes them and the other sockets agree,
    // and names the holders.
    void settle_others(Snapshot& snapshot, EventSource& source) const;

    // Fills in the report's pre_attach_sockets, hidden_sockets, tcp and notes.
    void add_to(Report& report, const ReportOptions& options, const Snapshot& snapshot,
                EventSource& source) const;

    // Network namespaces whose sockets may be missing in pre_attach_sockets.
    std::size_t namespaces_missing() const { return namespaces_missing_; }

  private:
    void note_namespaces(const SocketCensus::List& list);
    bool files_missing() const;

    std::optional<SocketCensus> census_;
    std::vector<ListedSocket> pre_attach_;
    // Closed unix sockets that one of pre_attach_ holds: nothing lists them.
    std::unordered_set<std::uint64_t> closed_peers_;
    bool taken_ = false;
    std::size_t namespaces_missing_ = 0;
    TcpCounters tcp_at_start_;
    std::set<std::uint32_t> targets_;
    std::vector<std::string> notes_;
};

} // namespace unfreed::look
