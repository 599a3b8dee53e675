// SPDX-License-Identifier: BSD-2-Clause
#include "base/keyed_hash.h"

#include <gtest/gtest.h>

namespace unfreed {
namespace {

// The vector of the paper's reference code for the 8 bytes 00 01 .. 07 with the key 00 01 .. 0f.
TEST(KeyedHash, IsSipHash) {
    const KeyedHash hash({0x0706050403020100, 0x0f0e0d0c0b0a0908});
    EXPECT_EQ(hash(0x0706050403020100), 0x93f5f5799a932462u);
}

TEST(KeyedHash, DependsOnTheKey) {
    const auto one = KeyedHash::with_random_key();
    const auto other = KeyedHash::with_random_key();
    ASSERT_TRUE(one && other);
    EXPECT_NE((*one)(0xffff888000000000), (*other)(0xffff888000000000));
    EXPECT_EQ((*one)(0xffff888000000000), (*one)(0xffff888000000000));
}

} // namespace
} // namespace unfreed
