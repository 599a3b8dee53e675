// SPDX-License-Identifier: BSD-2-Clause
// The program under test and its reports, as the tests want them.
#pragma once

#include "process.h"

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

namespace unfreed::e2e {

using Json = nlohmann::json;

// Paths given by the environment: UNFREED (the tool) and UNFREED_BIN (leakers and churners).
std::string tool_path();
std::string program_path(const std::string& name);

// A copy of one of these in `folder` under a name that no other test has: somebody else on the host
// may run the same program.
std::string own_program(const std::string& name, const std::string& folder);

// Options that every traced test adds (UNFREED_OPTIONS, split at blanks): the VM tier runs the same
// tests with --without fentry,lsm and so on.
std::vector<std::string> extra_options();

// `unfreed COMMAND... --format json -q` + extra options, then `tail`.
std::vector<std::string> command(std::vector<std::string> head, std::vector<std::string> tail = {});

// Ends a trace without --duration, once everything made so far is older than any --min-age in use
// here: the speed of the host decides nothing.
Finished end_trace(Process& tool, std::chrono::seconds later = std::chrono::seconds(5));

// The report in stdout; a test failure and null if it is none.
Json report_of(const Finished& finished);

// Groups of this class whose processes have this comm, with a count other than 0.
std::vector<Json> groups_of(const Json& report, const std::string& object_class,
                            const std::string& comm);
// Sum of their counts.
std::uint64_t count_of(const Json& report, const std::string& object_class,
                       const std::string& comm);
// Sum of the counts of sockets and dentries that are held against these programs. Where only
// tracepoints are permitted, cache is not: a death that such a host hides is found when the object
// is read again, but not if another dentry has its address by then.
std::uint64_t accused(const Json& report, const std::vector<std::string>& comms);
// Value of a counter; a test failure if the report has no such one.
std::uint64_t loss(const Json& report, const std::string& counter);
bool stack_has(const Json& group, const std::string& function_part);

// Ids of all loaded BPF programs whose names start as ours do, read from the kernel.
std::set<std::uint32_t> loaded_programs();
// True as soon as there is none that no living process holds: another tool on this host has its
// own. The kernel frees programs some grace periods after their end.
bool no_program_left();

// This kernel cannot run the program that reads single objects (bpf_loop: 5.17).
bool cannot_inspect(const Json& report);

// The host permits tracepoint programs only; some stages cannot be seen.
bool tracepoints_only(const Json& report);

// A fresh directory below a file system that keeps it; removed by the caller's TempDir.
struct TempDir {
    TempDir();
    ~TempDir();
    std::string path;
};

} // namespace unfreed::e2e
