// SPDX-License-Identifier: BSD-2-Clause
// What a survivor is: the leak classes of each class of objects. A new one is a row of the table in
// kind.cpp, and a rule in socket_kind.cpp or dentry_kind.cpp.
#pragma once

#include "model/snapshot.h"
#include "model/verdict.h"

#include <cstdint>
#include <string_view>

namespace unfreed {

enum class Kind : std::uint8_t {
    never_closed,           // socket that no one released
    never_closed_peer_gone, // the same, and its connection is over or its peer has closed
    half_closed,            // the same: shut down for sending only
    never_accepted,         // connection in the queue of a listener
    in_flight,              // in a message (SCM_RIGHTS) that nobody has received
    no_descriptor,          // open, but neither in a descriptor nor in a message of unix sockets
    closed_still_alive,     // released, and known why it is not gone
    closed_unexplained,     // released, and nothing accounts for its references
    memory_not_returned,    // memory was charged to it when there was nothing left of it
    path_deleted,           // unix: open, but its path is gone
    abstract_name,          // unix: open, with an abstract name
    listener,               // open to wait for connections
    not_accepting,          // the same, and connections wait in it
    buffer_hog,             // open, with much in its queues
    kernel_socket,          // made by kernel code for itself
    open,                   // dentry: in use
    pinned,                 // dentry: referenced, but nothing that can be seen refers to it
    kept_by_fs,             // dentry: a file of a file system that has nothing else to keep it in
    negative,               // dentry: cached, of a name that does not exist
    negative_flood,         // dentry: many such of one kind (analyze/dentry_rows.h)
    unused,                 // dentry: only in the cache
    unused_growth,          // dentry: many such
    outstanding,            // anything else
    count_,
};

// What the report says of all objects of one kind.
struct KindRow {
    Kind kind;
    std::string_view name;
    std::string_view missing_stage; // what did not happen to them; empty: no one stage
    Verdict verdict;                // if numbers say no more
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

// Kinds of sockets that their programs have closed.
inline bool is_closed_kind(Kind kind) {
    return kind == Kind::closed_still_alive || kind == Kind::closed_unexplained;
}

// The kind of the objects that only the exit of their process freed: they were in use until then.
Kind kind_released_at_exit(ObjectClass object_class);

} // namespace unfreed
