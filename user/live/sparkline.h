// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace unfreed::live {

// A series as blocks from ▁ to █, one a column, exactly `width` of them; a blank is 0. The highest
// is full. Where there are more points than columns, each shows the last of its part; where there
// are fewer, blanks come first. points: of the whole time; a series that ends before is 0 from
// there on, and an empty one is not known: all blanks.
std::string sparkline(std::span<const std::uint64_t> series, std::size_t points, std::size_t width);

} // namespace unfreed::live
