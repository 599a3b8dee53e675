// SPDX-License-Identifier: BSD-2-Clause
// What the steps of a look have in common.
#pragma once

#include "look/counting_witness.h"
#include "look/sources.h"

#include <span>

namespace unfreed::look {

// One look, from step to step.
struct Looking {
    const Sources& sources;
    const Known& known;
    CountingWitness witness;
    Survey survey;
    unsigned waits = 0;
};

// The command line has phrases for the names.
struct LookStep {
    const char* name;
    Result<> (*take)(Looking& looking);
};

// In this order: take, read, relate, doubt, name.
std::span<const LookStep> look_steps();

} // namespace unfreed::look
