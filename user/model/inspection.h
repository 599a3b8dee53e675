// SPDX-License-Identifier: BSD-2-Clause
// What reading an object in the kernel told, when a report is made.
#pragma once

#include "model/object_class.h"
#include "model/object_key.h"
#include "model/socket_facts.h"

#include <cstdint>
#include <map>
#include <string>

namespace unfreed {

struct DentryFacts {
    bool negative = false; // the name does not exist
};

// What of an object decides what it is. Only the member of its class has a meaning.
struct ObjectFacts {
    std::int32_t refcount = 0;
    SocketFacts socket = {};
    DentryFacts dentry = {};
};

// An object to look at.
struct InspectRequest {
    ObjectKey key;
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
};

} // namespace unfreed
