// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace unfreed {

// Nothing longer is shown as the name of a function.
constexpr std::size_t kLongestFunctionName = 4096;
// What is left of a name that cannot be shown as it was written in the source.
constexpr std::size_t kLongestMangledName = 512;

// A C++ name as written in the source; other names unchanged. Names are chosen by whoever built the
// program, and some that are short stand for gigabytes: where what was written is longer than
// kLongestFunctionName, or would take long to find, the name stays as it is. Cut, it ends in "...".
std::string demangle(std::string_view name);

} // namespace unfreed
