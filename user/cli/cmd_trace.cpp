// SPDX-License-Identifier: BSD-2-Clause
// `unfreed trace` and `unfreed run`.
#include "bpf/libbpf_log.h"
#include "cli/commands.h"
#include "cli/version.h"
#include "tracing/trace_command.h"

namespace unfreed::cli {

Result<int> run_trace(const Options& options) {
    bpf::route_libbpf_messages();
    return TraceCommand(options, {kVersion, kBuild}).run();
}

} // namespace unfreed::cli
