// SPDX-License-Identifier: BSD-2-Clause
// The sockets of the host beside those that were traced: those older than the trace, and those that
// ss(8) does not show.
#pragma once

#include "cli/options.h"
#include "kernel_counts/tcp_counters.h"
#include "model/report.h"
#include "model/snapshot.h"
#include "source/event_source.h"
#include "source/socket_census.h"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace unfreed::cli {

class SocketReport {
  public:
    // Call before the trace begins. What this host does not permit becomes a note of the report.
    void load();
    // Remembers what exists and was not born in the trace. Call when births are followed already:
    // then no socket is in neither list. targets: only what these hold; empty: all.
    void take_pre_attach(EventSource& source, const std::vector<std::uint32_t>& targets);

    // Fills in the report's pre_attach_sockets, hidden_sockets, tcp and notes. `snapshot`: what was
    // traced and is alive.
    void add_to(Report& report, const Options& options, const Snapshot& snapshot,
                EventSource& source) const;

  private:
    std::optional<SocketCensus> census_;
    std::vector<ListedSocket> pre_attach_;
    bool taken_ = false;
    TcpCounters tcp_at_start_;
    std::set<std::uint32_t> targets_;
    std::vector<std::string> notes_;
};

} // namespace unfreed::cli
