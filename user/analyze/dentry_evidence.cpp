// SPDX-License-Identifier: BSD-2-Clause
// What a row of dentries says besides its numbers.
#include "analyze/dentry_rows.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace unfreed {
namespace {

// Programs that are known to look up ever new names, by what these have in common.
struct KnownFlood {
    std::string_view part;
    std::string_view advice;
};
constexpr std::array kKnownFloods{
    KnownFlood{"_dOeSnotExist_",
               "NSS measures how fast the directory of its certificate database is, by looking up "
               "thousands of names that do not exist each time it opens the database: set "
               "NSS_SDB_USE_CACHE=yes (or no) in the environment of the process, and it does not "
               "measure. The kernel takes the memory back when it needs it"},
};

} // namespace

void describe_dentries(AnalyzedGroup& group, const Row& row) {
    group.pattern = row.pattern;
    group.directory = row.place.directory;
    group.one_directory = row.one_directory;
    group.file_system = row.place.file_system;
    group.device = row.place.device;
    if (row.kind != Kind::outstanding)
        group.reclaimable = is_reclaimable(row.kind);
}

std::string_view known_flood_advice(std::string_view pattern) {
    const auto* const known =
        std::find_if(kKnownFloods.begin(), kKnownFloods.end(), [&](const KnownFlood& flood) {
            return pattern.find(flood.part) != pattern.npos;
        });
    return known == kKnownFloods.end() ? std::string_view() : known->advice;
}

std::string dentry_evidence(const AnalyzedGroup& group, const Row& row) {
    const std::uint64_t read = row.bucket.alive.size();
    if (row.kind == Kind::pinned)
        return "; referenced, and nothing that can be seen refers to it";
    if (row.kind == Kind::negative_flood && group.followed == read)
        return "; none of the names exists";
    if ((row.kind == Kind::unused || row.kind == Kind::unused_growth) && read)
        return fmt::format("; {} % of them were used again", row.used_again * 100 / read);
    return {};
}

} // namespace unfreed
