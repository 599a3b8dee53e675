// SPDX-License-Identifier: BSD-2-Clause
// Names of functions, which whoever builds a program chooses. Endless ones show as a timeout.
#include "fuzz.h"
#include "symbolize/demangle.h"

using namespace unfreed;

FUZZ(demangle, input) {
    const std::string_view name = fuzz::text(input);
    fuzz::require(demangle(name).size() <= kLongestFunctionName);
    fuzz::require(demangle("_Z" + std::string(name)).size() <= kLongestFunctionName);
}
