// SPDX-License-Identifier: BSD-2-Clause
// Where the dentries of a snapshot are. A report may be about millions of names: only patterns of
// them are kept, and no more of these than a limit.
#pragma once

#include "analyze/look.h"
#include "model/snapshot.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

namespace unfreed {

// Gives patterns of names numbers (DentryNames::patterns). Borrows the names.
class PatternNumbers {
  public:
    // Where programs make up more patterns than this, the others are "*".
    static constexpr std::size_t kMost = 65'536;

    explicit PatternNumbers(DentryNames& names) : names_(names) {}
    std::uint32_t of(std::string_view name); // 0 for no name

  private:
    DentryNames& names_;
    std::unordered_map<std::string, std::uint32_t> numbers_;
};

// The same for directories (DentryNames::places), one for all of one pattern.
class PlaceNumbers {
  public:
    explicit PlaceNumbers(DentryNames& names);
    std::uint32_t of(const DentryLocation& location);

  private:
    DentryNames& names_;
    std::map<DentryPlace, std::uint32_t> numbers_;
};

// Notes of each dentry that was read in which directory it is: reads one child of each parent, with
// `inspect_details`. That of a root, which has none, revalidate() has noted.
void locate_dentries(Snapshot& snapshot, const Inspect& inspect_details);

} // namespace unfreed
