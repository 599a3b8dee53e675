// SPDX-License-Identifier: BSD-2-Clause
// What the user asks for, as one value.
#pragma once

#include "base/result.h"
#include "model/aim.h"
#include "model/object_class.h"
#include "model/verdict.h"
#include "options/fail_on.h"
#include "options/known_options.h"
#include "report/writer.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace unfreed {

enum class Command { trace, run, report, diff, triage, doctor };

// One of the files that the report goes to.
struct OutputChoice {
    const Writer* writer = nullptr;
    std::string path; // empty or "-": stdout
};

struct Options {
    Command command = Command::trace;
    std::optional<std::uint32_t> pid; // trace -p
    bool follow = false;              // trace -p --follow: children too
    std::vector<std::string> program; // run -- PROGRAM ARGUMENTS
    std::uint32_t repeat = 0;         // run --repeat; 0: once, and nothing is judged by repeats
    std::uint32_t warmup = 0;         // run --warmup: before these
    std::vector<ObjectClass> classes{kAllClasses.begin(), kAllClasses.end()};
    bool classes_asked = false; // by name
    AimNames aim;
    std::optional<std::chrono::nanoseconds> duration; // none: until Ctrl-C or the target ends
    std::optional<std::chrono::nanoseconds> interval; // periodic reports
    std::chrono::nanoseconds min_age = std::chrono::seconds(10);
    std::uint64_t top = 20;
    bool top_given = false;
    std::uint64_t objects_per_group = 3;
    std::vector<OutputChoice> outputs; // at least one
    std::string record;                // --record; empty: no recording
    std::string recording;             // report FILE
    std::vector<std::string> compared; // diff BEFORE AFTER
    std::vector<Verdict> verdicts;     // report --verdict; empty: all
    std::uint32_t max_objects = 0;     // 0: default
    // --sample 1/N; none: all, and fewer when the table fills up. 1: all, whatever happens.
    std::optional<std::uint32_t> one_in;
    std::uint32_t ring_kib = 0;         // 0: default
    std::optional<bool> always_walk;    // --stacks; none: by mode
    std::vector<std::string> without;   // kinds of programs not to use
    unsigned copies = 0;                // 0: default
    std::vector<FailCondition> fail_on; // --fail-on; empty: the exit status tells no finding
    KnownOptions known;                 // what need not be told again
    bool exit_with_command = false;     // run: --exit-with command
    bool probe_reclaim = false;         // ask the kernel to free its cache, and look
    bool kernel_addresses = false;      // shown even where kptr_restrict hides them
    bool all = false;                   // text: every group, and all that is known beside
    bool plain = false;                 // trace: no live view, whatever stdout is
    bool quiet = false;
    bool verbose = false;
};

// Is the stack of every birth walked? By default for processes that were chosen; on a whole host it
// would cost several times what all else does.
inline bool walks_always(const Options& options) {
    return options.always_walk.value_or(options.command == Command::run || options.pid);
}

// Does a form of the report need all groups, whatever --top says? And does one list objects?
bool wants_every_group(const Options& options);
bool lists_objects(const Options& options);

// What the kernel needs: a power of two of whole pages; 0: default.
std::uint32_t ring_bytes(const Options& options);

} // namespace unfreed
