// SPDX-License-Identifier: BSD-2-Clause
// Which of the objects of one key become one row of the report. For dentries: those in one
// directory whose names have one pattern, as long as they are a good part of the whole; the rest is
// one row, however many directories and patterns it has.
#pragma once

#include "analyze/grouping.h"
#include "model/dentry_names.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace unfreed {

struct Row {
    Kind kind = Kind::outstanding;
    Bucket bucket;
    DentryPlace place;          // what is common; "/**" ends a directory that has them below it
    std::string pattern;        // empty: none, or unknown
    bool one_directory = false; // not several of one pattern
    std::uint64_t used_again = 0;
};

// Takes the buckets. one_in: how many objects each stands for.
std::vector<Row> rows_of(std::map<BucketKey, Bucket> buckets, const DentryNames& names,
                         std::uint32_t one_in);

// What a row of dentries says besides: where they are, their names, what is known to help.
void describe_dentries(AnalyzedGroup& group, const Row& row);

// Advice on programs that are known to do this; empty: none is.
std::string_view known_flood_advice(std::string_view pattern);

// To be added to the sentence with the numbers; may be empty.
std::string dentry_evidence(const AnalyzedGroup& group, const Row& row);

} // namespace unfreed
