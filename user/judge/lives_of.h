// SPDX-License-Identifier: BSD-2-Clause
// From what the tracker keeps of the dead to what the gates want to know.
#pragma once

#include "judge/gates.h"
#include "model/death_record.h"

#include <cstdint>
#include <vector>

namespace unfreed {

// Seconds after attach; 0 for what was before.
double seconds_after(std::uint64_t time_ns, std::uint64_t attached_ns);

// Deaths are known by cells: each counts as one in the middle of its cells.
void add_deaths(Lives& lives, const DeathCells& cells, const DeathRecord& record,
                std::uint64_t attached_ns);

// Objects that lived until the exit freed them: survivors of the trace.
void add_freed_at_exit(Lives& lives, const DeathCells& cells, const DeathRecord& record,
                       std::uint64_t attached_ns);

// `share`: of those that went, the part that stands for these objects.
void add_older(Lives& lives, const std::vector<std::uint64_t>& gone, double share,
               const DeathRecord& record, std::uint64_t attached_ns);

} // namespace unfreed
