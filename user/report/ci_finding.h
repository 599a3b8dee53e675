// SPDX-License-Identifier: BSD-2-Clause
// A row of the first screen, in the words that forms for CI share (junit, sarif, github).
#pragma once

#include "model/report.h"

#include <string>
#include <vector>

namespace unfreed {

// The file and line in a program that a reader can open; line 0: none is known.
struct SourcePlace {
    std::string file;
    std::uint32_t line = 0;
};

// Of the innermost user frame that has one. Escaped for a terminal, as all that follows.
SourcePlace source_place(const Group& group);
// "250 TCP sockets by tcp_leaker[12], +5.0/s, 47 MiB an hour; never closed": one line.
std::string finding_headline(const Group& group);
// The evidence, the advice, and the stacks from the allocating function outwards: lines.
std::vector<std::string> finding_details(const Group& group, std::uint64_t traced_ns);
// What was lost, one line each; empty where the report is complete.
std::vector<std::string> loss_lines(const Report& report);

} // namespace unfreed
