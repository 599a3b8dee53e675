// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "look/counting_witness.h"

#include <cstdint>

namespace unfreed::look {

// Says at -v what a step took, and how often it asked. Borrows both.
class StepLog {
  public:
    StepLog(const char* name, const CountingWitness& witness);
    StepLog(const StepLog&) = delete;
    StepLog& operator=(const StepLog&) = delete;
    ~StepLog();

  private:
    const char* name_;
    const CountingWitness& witness_;
    CountingWitness::Counts before_;
    std::uint64_t start_ns_;
};

} // namespace unfreed::look
