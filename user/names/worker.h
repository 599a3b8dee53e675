// SPDX-License-Identifier: BSD-2-Clause
// Starts the naming processes: this program once more, in another role. By exec, so that they have
// no mapping, no descriptor and no memory of the tracer.
#pragma once

#include "base/result.h"
#include "base/unique_fd.h"
#include "names/progress.h"

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace unfreed::names {

// Processes that serve one socket. They end when it is closed; whoever has this object kills and
// reaps them.
struct Workers {
    UniqueFd socket;
    UniqueFd hurry; // a pipe: whose maps the opener is to read at once
    std::vector<pid_t> processes;
};

// on_made: hears of each process before it does anything.
using OnMade = std::function<void(pid_t)>;
using Launch = std::function<Result<Workers>(const Progress&)>;

// The namer and its opener.
Result<Workers> launch_workers(const Progress& progress, const OnMade& on_made);

// What main() does first: if this process was started as a worker, it is one, and does not return.
void become_worker_if_asked(int argc, char** argv);

} // namespace unfreed::names
