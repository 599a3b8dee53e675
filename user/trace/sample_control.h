// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "source/event_source.h"

#include <cstdint>
#include <optional>

namespace unfreed::trace {

// Keeps the object table from filling up: above a mark half of what is followed is given up, as
// often as it takes. Borrows the source.
class SampleControl {
  public:
    explicit SampleControl(EventSource& source) : source_(source) {}

    // Looks at the table and thins it. Returns after how many nanoseconds to look again: before it
    // can be full.
    std::uint64_t check(std::uint64_t now_ns);

    // When the first objects were given up (CLOCK_MONOTONIC); none: never.
    std::optional<std::uint64_t> thinned_at_ns() const { return thinned_at_ns_; }

  private:
    EventSource& source_;
    std::optional<std::uint64_t> thinned_at_ns_;
};

} // namespace unfreed::trace
