// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/keyed_hash.h"

#include <cstdint>
#include <optional>

namespace unfreed {

// What is shown for addresses of the kernel, where this host hides them.
struct AddressHiding {
    bool hides = false;
    std::optional<KeyedHash> hash; // nullopt: they are left out

    const KeyedHash* key() const { return hash ? &*hash : nullptr; }
    std::uint64_t shown(std::uint64_t address) const { return hash ? (*hash)(address) : 0; }
    const char* name() const { return hash ? "hashed" : "left-out"; }
};

} // namespace unfreed
