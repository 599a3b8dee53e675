// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace unfreed {

// SipHash-2-4 of a number (Aumasson and Bernstein, 2012): who does not have the key can neither
// compute a value nor find the number that it was made of.
class KeyedHash {
  public:
    using Key = std::array<std::uint64_t, 2>;

    explicit KeyedHash(const Key& key) : key_(key) {}
    // With a key that nobody knows. nullopt: the kernel has no random numbers to give.
    static std::optional<KeyedHash> with_random_key();

    std::uint64_t operator()(std::uint64_t number) const;

  private:
    Key key_;
};

} // namespace unfreed
