// SPDX-License-Identifier: BSD-2-Clause
#include "base/keyed_hash.h"

#include <sys/random.h>

#include <bit>

namespace unfreed {
namespace {

struct State {
    std::uint64_t a, b, c, d;

    void round() {
        a += b;
        b = std::rotl(b, 13) ^ a;
        a = std::rotl(a, 32);
        c += d;
        d = std::rotl(d, 16) ^ c;
        a += d;
        d = std::rotl(d, 21) ^ a;
        c += b;
        b = std::rotl(b, 17) ^ c;
        c = std::rotl(c, 32);
    }
    void add(std::uint64_t word) {
        d ^= word;
        round();
        round();
        a ^= word;
    }
};

} // namespace

std::optional<KeyedHash> KeyedHash::with_random_key() {
    Key key{};
    if (::getrandom(key.data(), sizeof(key), 0) != static_cast<ssize_t>(sizeof(key)))
        return std::nullopt;
    return KeyedHash(key);
}

std::uint64_t KeyedHash::operator()(std::uint64_t number) const {
    State state{key_[0] ^ 0x736f6d6570736575, key_[1] ^ 0x646f72616e646f6d,
                key_[0] ^ 0x6c7967656e657261, key_[1] ^ 0x7465646279746573};
    state.add(number);
    state.add(std::uint64_t{sizeof(number)} << 56); // the end of a message of 8 bytes
    state.c ^= 0xff;
    for (int i = 0; i < 4; ++i)
        state.round();
    return state.a ^ state.b ^ state.c ^ state.d;
}

} // namespace unfreed
