// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/keyed_hash.h"
#include "bpf/session.h"
#include "judgement/report_options.h"
#include "kernel_counts/kernel_books.h"
#include "look/socket_report.h"
#include "names/naming.h"
#include "source/event_source.h"
#include "symbolize/kernel_symbols.h"
#include "track/lifetime_tracker.h"

#include <optional>
#include <string>
#include <vector>

namespace unfreed::look {

// What a report says besides the objects. Borrows what it points to.
struct ReportContext {
    Report::Tool tool;
    const ReportOptions* options = nullptr;
    const KernelSymbols* symbols = nullptr;
    const bpf::Session* session = nullptr;
    names::Naming* naming = nullptr;
    std::vector<std::uint32_t> targets;
    std::vector<std::string> notes; // what this process may not see
    bool hide_addresses = false;
    std::optional<KeyedHash> address_hash; // nullopt: hidden ones are left out
    std::uint64_t started_ns = 0;          // CLOCK_MONOTONIC
    std::string started_at;                // RFC 3339
    std::optional<int> command_status;
    const SocketReport* sockets = nullptr; // nullptr: no sockets are wanted
    KernelBooks* books = nullptr; // nullptr: nothing to compare with, the trace is not host-wide
    KernelCounts counts_at_start;
    std::optional<std::uint64_t> thinned_at_ns; // when the sample was first made smaller
    bool last = false;                          // no report comes after this one
    std::uint64_t unsettled = 0;                // objects that were still being freed after an exit
};

// Takes a snapshot and makes the report of it.
Result<Report> build_report(const ReportContext& context, EventSource& source,
                            const LifetimeTracker& tracker);

} // namespace unfreed::look
