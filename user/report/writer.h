// SPDX-License-Identifier: BSD-2-Clause
// A form that a report can be given in: one file of writers/ each, which CMake finds. Nothing else
// names them.
#pragma once

#include "model/report.h"

#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <string_view>

namespace unfreed {

// What the report is written to, as far as a writer asks.
struct Sheet {
    std::size_t width = 80; // columns of a terminal
    bool color = false;
    bool all = false;                                          // --all: what needs no look, too
    std::size_t top = std::numeric_limits<std::size_t>::max(); // --top: rows for a reader
};

struct Writer {
    std::string_view name; // as --format has it
    std::string_view help; // half a sentence
    std::string (*write)(const Report& report, const Sheet& sheet) = nullptr;
    // Wants every group, however many rows the user asked for: a sum or a flame graph without its
    // tail would be wrong. Single objects are read for other writers only, or if it shows them.
    bool every_group = false;
    bool binary = false;        // nothing for a terminal
    bool shows_objects = false; // of the first rows (--top)
};

// All of them, by name.
std::span<const Writer* const> all_writers();
// nullptr: there is none of this name.
const Writer* find_writer(std::string_view name);
// "folded, json, text"
std::string writer_names();

} // namespace unfreed
