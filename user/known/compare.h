// SPDX-License-Identifier: BSD-2-Clause
// Two reports, origin by origin.
#pragma once

#include "model/report.h"

#include <cstdint>
#include <string>
#include <vector>

namespace unfreed {

// The groups of one origin together, whatever their kinds are: a socket that changes its state is
// no other leak. Borrows the reports.
struct OriginChange {
    // Of the groups, without the number that tells kinds apart; of what is known without its user
    // stack only, one made of the rest.
    std::string id;
    Change change = Change::known;
    std::uint64_t before = 0; // objects
    std::uint64_t after = 0;
    Attention attention_before = Attention::none; // of the group that needs most
    Attention attention_after = Attention::none;
    const Group* group = nullptr; // that one, of the later report if it has it
    // It is worth a row: it needs a look in one of the reports, and that is not only chance.
    bool is_told = false;
};

// In the order of the later report; what is gone follows in that of the earlier one. docs/ci.md
// says what the changes mean. Groups of which nothing is claimed are left out.
std::vector<OriginChange> compare(const Report& before, const Report& after);

// Marks the groups of a report that has all of them (Group::change), and says what is known
// (Report::baseline).
void compare_with_baseline(Report& report, const Report& baseline, const std::string& file);

} // namespace unfreed
