// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace unfreed {

// Where the description of a function is in an .eh_frame.
struct FrameEntry {
    std::uint64_t function = 0; // its first address
    std::uint64_t offset = 0;   // of the description, in the section
};

// All descriptions (FDE) of an .eh_frame, by the address of the function. Only those are there that
// are well-formed and belong to a well-formed header (CIE). address: of the section. Errors: limit
// if one is longer than a compiler makes them: each instruction may take memory.
Result<std::vector<FrameEntry>> index_of_eh_frame(std::span<const std::byte> section,
                                                  std::uint64_t address);

} // namespace unfreed
