// SPDX-License-Identifier: BSD-2-Clause
// What a survivor is: the leak classes of each class of objects. A new one is a row of the table in
// kind.cpp, and a rule in socket_kind.cpp or dentry_kind.cpp.
#pragma once

#include "model/snapshot.h"

#include <cstdint>
#include <string_view>

namespace unfreed {

enum class Kind : std::uint8_t {
    never_closed,       // socket that no one released
    closed_still_alive, // socket: released, but not destroyed
    open,               // dentry: in use
    pinned,             // dentry: referenced, but nothing that can be seen refers to it
    kept_by_fs,         // dentry: a file of a file system that has nothing else to keep it in
    negative,           // dentry: cached, of a name that does not exist
    negative_flood,     // dentry: many such of one kind (analyze/dentry_rows.h)
    unused,             // dentry: only in the cache
    unused_growth,      // dentry: many such
    outstanding,        // anything else
    count_,
};

// What the report says of all objects of one kind.
struct KindRow {
    Kind kind;
    std::string_view name;
    std::string_view missing_stage; // what did not happen to them; empty: no one stage
    std::string_view verdict;       // of docs/report-schema.json
    std::string_view advice;        // one sentence; empty: none
};
const KindRow& row_of(Kind kind);

// What decides the kind of a survivor.
struct KindInput {
    const LiveObject& object;
    std::uint32_t stages;  // reached, corrected by what was read of the object
    std::uint32_t visible; // stages that can be known here
    // It was open when its process ended: what the exit has done to it since does not count.
    bool held_to_the_end;
};
Kind kind_of(const KindInput& input);
Kind socket_kind(const KindInput& input);
Kind dentry_kind(const KindInput& input);

// The kernel can free them whenever it needs memory.
bool is_reclaimable(Kind kind);

// The kind of the objects that only the exit of their process freed: they were in use until then.
Kind kind_released_at_exit(ObjectClass object_class);

} // namespace unfreed
