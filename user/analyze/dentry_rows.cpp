// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/dentry_rows.h"

#include "analyze/name_pattern.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace unfreed {
namespace {

// A row of its own has at least so many objects, and one in so many of its kind.
constexpr std::uint64_t kLeastRow = 16;
constexpr std::uint64_t kLeastShare = 8;
// So many negative dentries of one directory or one pattern are a flood, so many unused ones
// growth.
constexpr std::uint64_t kMany = 100;

struct Part {
    BucketKey key;
    Bucket bucket;
};

// What is common to all parts.
Row merged(std::vector<Part> parts, const DentryNames& names) {
    Row row;
    std::vector<std::string_view> directories, patterns;
    row.kind = parts.front().key.kind;
    row.place = names.places[parts.front().key.place];
    for (Part& part : parts) {
        const DentryPlace& place = names.places[part.key.place];
        directories.push_back(place.directory);
        patterns.push_back(names.patterns[part.key.pattern]);
        if (place.file_system != row.place.file_system)
            row.place.file_system.clear();
        if (place.device != row.place.device)
            row.place.device = 0;
        merge(row.bucket, std::move(part.bucket));
    }
    const bool one_file_system = !row.place.file_system.empty() && row.place.device != 0;
    row.place.directory = one_file_system || parts.size() == 1 ? common_directory(directories) : "";
    row.pattern = common_pattern(patterns);
    row.one_pattern = !row.pattern.empty() && row.pattern == patterns.front();
    return row;
}

// Many of one kind are another kind: it is about the whole, not about each.
Kind kind_of_many(const Row& row, std::uint32_t one_in) {
    const bool many = row.bucket.count() * one_in >= kMany;
    // Many different names in many directories are what a compiler looks for, and no flood.
    const bool concentrated = row.one_pattern || !row.place.directory.ends_with("/**");
    if (row.kind == Kind::negative && many && concentrated)
        return Kind::negative_flood;
    return row.kind == Kind::unused && many ? Kind::unused_growth : row.kind;
}

void look_at_objects(Row& row) {
    const LiveObject* first = nullptr;
    row.one_directory = true;
    for (const LiveObject* object : row.bucket.alive) {
        if (!object->facts)
            continue;
        first = first ? first : object;
        row.used_again += object->facts->dentry.used_again;
        row.one_directory =
            row.one_directory && object->facts->dentry.parent == first->facts->dentry.parent;
    }
    row.one_directory = row.one_directory && first;
}

void add_rows(std::vector<Row>& rows, std::vector<Part> parts, const DentryNames& names) {
    std::uint64_t total = 0;
    for (const Part& part : parts)
        total += part.bucket.count();
    const auto is_row = [&](const Part& part) {
        const std::uint64_t count = part.bucket.count();
        // Of what only the exit freed nothing is known but that: it would spoil the others' row.
        return (count >= kLeastRow && count * kLeastShare >= total) ||
               (part.key.place == 0 && part.key.pattern == 0);
    };
    std::vector<Part> rest;
    for (Part& part : parts) {
        if (!is_row(part)) {
            rest.push_back(std::move(part));
            continue;
        }
        std::vector<Part> one;
        one.push_back(std::move(part));
        rows.push_back(merged(std::move(one), names));
    }
    if (!rest.empty())
        rows.push_back(merged(std::move(rest), names));
}

} // namespace

std::vector<Row> rows_of(std::map<BucketKey, Bucket> buckets, const DentryNames& names,
                         std::uint32_t one_in) {
    std::vector<Row> rows;
    std::vector<Part> parts; // of one kind
    for (auto& [key, bucket] : buckets) {
        if (bucket.count() == 0)
            continue;
        if (!parts.empty() && parts.front().key.kind != key.kind)
            add_rows(rows, std::exchange(parts, {}), names);
        parts.push_back({key, std::move(bucket)});
    }
    if (!parts.empty())
        add_rows(rows, std::move(parts), names);
    for (Row& row : rows) {
        look_at_objects(row);
        row.kind = kind_of_many(row, one_in);
    }
    return rows;
}

} // namespace unfreed
