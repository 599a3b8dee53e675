// SPDX-License-Identifier: BSD-2-Clause
// What a look begins with.
#pragma once

#include "look/socket_report.h"
#include "look/surroundings.h"
#include "names/user_names.h"
#include "source/event_source.h"
#include "survey/survey.h"
#include "symbolize/kernel_symbols.h"
#include "track/lifetime_tracker.h"

#include <cstdint>
#include <string>
#include <vector>

namespace unfreed::look {

// Who is asked. Borrows all of it.
struct Sources {
    EventSource& source;
    const LifetimeTracker& tracker;
    const KernelSymbols& symbols;
    Surroundings& surroundings;
    names::UserNames& names;
    const SocketReport* sockets = nullptr; // nullptr: no sockets are wanted
};

// What is known already, before anything is read.
struct Known {
    Report::Tool tool;
    TraceFacts trace;
    Sight sight;
    std::vector<HookReport> hooks;
    std::vector<std::string> notes; // what this process may not see
    bool comparable = false;        // Books
    KernelCounts counts_at_start;
    std::uint64_t unsettled = 0; // objects that were still being freed after an exit
};

} // namespace unfreed::look
