// SPDX-License-Identifier: BSD-2-Clause
// A fuzz target is a function of some bytes from outside: FUZZ(name, bytes) { ... }, in a file
// NAME_fuzz.cpp, with inputs worth keeping in corpus/NAME. It is built twice: as a program of
// libFuzzer, and into unit_fuzz, which goes through the corpora in every build.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace unfreed::fuzz {

using Input = std::span<const std::uint8_t>;
using Target = void (*)(Input);

// Into the list that unit_fuzz goes through.
struct Listed {
    Listed(const char* name, Target target);
};

inline void require(bool holds) {
    if (!holds)
        std::abort();
}

// The first byte, which chooses between parsers that are too small for a program each.
inline unsigned choice(Input& input) {
    if (input.empty())
        return 0;
    const unsigned chosen = input.front();
    input = input.subspan(1);
    return chosen;
}

inline std::string_view text(Input input) {
    return {reinterpret_cast<const char*>(input.data()), input.size()};
}

inline std::vector<std::byte> bytes(Input input) {
    std::vector<std::byte> copy(input.size());
    if (!input.empty())
        std::memcpy(copy.data(), input.data(), input.size());
    return copy;
}

} // namespace unfreed::fuzz

#ifdef UNFREED_FUZZ_REPLAY
#define FUZZ(name, input)                                                                          \
    static void name##_target(::unfreed::fuzz::Input input);                                       \
    static const ::unfreed::fuzz::Listed name##_listed(#name, name##_target);                      \
    static void name##_target(::unfreed::fuzz::Input input)
#else
#define FUZZ(name, input)                                                                          \
    static void name##_target(::unfreed::fuzz::Input input);                                       \
    extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {            \
        name##_target({data, size});                                                               \
        return 0;                                                                                  \
    }                                                                                              \
    static void name##_target(::unfreed::fuzz::Input input)
#endif
