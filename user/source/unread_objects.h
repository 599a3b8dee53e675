// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_set>

namespace unfreed {

// Objects that could not be read for the report that is being made. One that is asked for several
// times is one object, and what earlier reports missed is none of the present one's.
class UnreadObjects {
  public:
    void begin_report() { addresses_.clear(); }
    void add(std::uint64_t address) { addresses_.insert(address); }
    std::size_t count() const { return addresses_.size(); }

  private:
    std::unordered_set<std::uint64_t> addresses_;
};

} // namespace unfreed
