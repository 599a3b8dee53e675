// SPDX-License-Identifier: BSD-2-Clause
#include "look/step_log.h"

#include "base/clock.h"
#include "base/log.h"

#include <fmt/format.h>

namespace unfreed::look {

StepLog::StepLog(const char* name, const CountingWitness& witness)
    : name_(name), witness_(witness), before_(witness.counts()), start_ns_(monotonic_ns()) {}

StepLog::~StepLog() {
    const CountingWitness::Counts& now = witness_.counts();
    const std::uint64_t walks = now.walks - before_.walks;
    log::debug(fmt::format("look, {}: {:.1f} ms, {} requests to the kernel for {} objects{}", name_,
                           static_cast<double>(monotonic_ns() - start_ns_) / 1e6,
                           now.requests - before_.requests, now.objects - before_.objects,
                           walks ? fmt::format(", {} over all descriptors", walks) : ""));
}

} // namespace unfreed::look
