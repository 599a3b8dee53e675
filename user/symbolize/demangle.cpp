// SPDX-License-Identifier: BSD-2-Clause
#include "symbolize/demangle.h"

// Else libiberty declares a basename() of its own, which is not that of string.h.
#define HAVE_DECL_BASENAME 1
#include <libiberty/demangle.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstring>

namespace unfreed {
namespace {

// libiberty looks for the pack that "Dp" and "sZ" expand in all of the pattern behind them, and
// goes through what is referred to twice twice: a name of 200 bytes with 24 levels of pairs takes a
// fifth of a second without a single byte of output. This many references make some 6 500 steps at
// most. Of 98 807 functions of a distribution's libraries one has more behind such a pattern.
constexpr std::size_t kMostReferences = 24;

// The jump out of libiberty goes over C code alone, which owns nothing: with a callback it has its
// data on the stack. There is no other way to stop it.
struct Output {
    std::jmp_buf full;
    std::array<char, kLongestFunctionName> text;
    std::size_t size;
};

extern "C" void take_piece(const char* piece, std::size_t size, void* arg) {
    auto& output = *static_cast<Output*>(arg);
    if (size > output.text.size() - output.size)
        std::longjmp(output.full, 1);
    std::memcpy(output.text.data() + output.size, piece, size);
    output.size += size;
}

// Nothing here may have a destructor.
bool demangle_into(Output& output, const char* name) {
    output.size = 0;
    if (setjmp(output.full) != 0)
        return false;
    return cplus_demangle_v3_callback(name, DMGL_PARAMS | DMGL_TYPES, take_piece, &output) != 0;
}

bool is_index(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
}

// "_", "0_", "1A_" at the front: the rest of a reference. Its length, 0 if it is none.
std::size_t index_at(std::string_view text) {
    const auto end = std::find_if_not(text.begin(), text.end(), is_index);
    return end != text.end() && *end == '_' ? static_cast<std::size_t>(end - text.begin()) + 1 : 0;
}

// "S_", "S1A_".
std::size_t count_references(std::string_view name) {
    std::size_t count = 0;
    for (std::size_t at = 0; (at = name.find('S', at)) != name.npos; ++at)
        count += index_at(name.substr(at + 1)) != 0 ? 1 : 0;
    return count;
}

// "OT_", "RKT0_": a template parameter, where the search ends at once.
bool is_plain_pattern(std::string_view pattern) {
    pattern.remove_prefix(std::min(pattern.find_first_not_of("ROKP"), pattern.size()));
    return pattern.starts_with('T') && index_at(pattern.substr(1)) != 0;
}

bool may_take_long(std::string_view name) {
    bool has_pattern = false;
    for (const std::string_view expansion : {"Dp", "sZ"})
        for (std::size_t at = 0; (at = name.find(expansion, at)) != name.npos; at += 2)
            has_pattern = has_pattern || !is_plain_pattern(name.substr(at + 2));
    return has_pattern && count_references(name) > kMostReferences;
}

} // namespace

std::string demangle(std::string_view name) {
    // Without the prefix the function f would be a float.
    const bool is_mangled = name.starts_with("_Z") && name.size() <= kLongestFunctionName;
    if (is_mangled && !may_take_long(name)) {
        const std::string terminated(name);
        Output output;
        if (demangle_into(output, terminated.c_str()))
            return std::string(output.text.data(), output.size);
    }
    if (name.size() <= kLongestMangledName)
        return std::string(name);
    return std::string(name.substr(0, kLongestMangledName)) + "...";
}

} // namespace unfreed
