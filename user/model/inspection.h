// SPDX-License-Identifier: BSD-2-Clause
// What reading an object in the kernel told, when a report is made.
#pragma once

#include "model/object_class.h"
#include "model/object_key.h"
#include "model/socket_facts.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace unfreed {

struct DentryFacts {
    bool negative = false;      // the name does not exist
    bool unhashed = false;      // no look-up finds it: unlinked, or never linked
    bool root = false;          // of a file system, or of none (pipes, sockets)
    bool sb_root = false;       // root of a file system, which holds it
    bool kept_by_fs = false;    // its file system holds it for as long as the file exists (tmpfs)
    bool socket_file = false;   // unix sockets may be bound to it, each of which holds it
    bool used_again = false;    // looked up since it was first unreferenced, as far as that shows
    std::uint32_t children = 0; // cached entries, each of which holds it
    std::uint64_t parent = 0;   // address
    std::uint32_t pattern = 0;  // of its name: an index of DentryNames::patterns
    std::uint32_t place = 0;    // of its parent: an index of DentryNames::places
    // References of open files, working directories, mounts and so on; nullopt: nobody looked.
    std::optional<std::uint32_t> holders = {};
};

// Where a dentry is, as it was read.
struct DentryLocation {
    std::string name;
    std::string directory;    // within the file system; empty: none, or not asked for
    std::string file_system;  // its type
    std::uint32_t device = 0; // as the kernel has it: major << 20 | minor
};

// What of an object decides what it is. Only the member of its class has a meaning.
struct ObjectFacts {
    std::int32_t refcount = 0;
    SocketFacts socket = {};
    DentryFacts dentry = {};
};

// An object to look at.
struct InspectRequest {
    ObjectKey key;                   // birth_ns 0: not of the object table, may be anything by now
    std::uint64_t cache_address = 0; // where its kind lives (struct kmem_cache); 0: unknown
    ObjectClass object_class = ObjectClass::slab;
};

struct Inspection {
    enum class Verdict : std::uint8_t {
        unreadable, // nothing was learnt; plain slab objects always
        alive,
        dead, // freed by its user, though its death was not seen
        gone, // died between the snapshot and the look
    };
    Verdict verdict = Verdict::unreadable;
    ObjectFacts facts;
    std::map<std::string, std::string> details; // only if asked for
    DentryLocation location = {};
};

} // namespace unfreed
