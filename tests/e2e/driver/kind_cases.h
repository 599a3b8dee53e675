// SPDX-License-Identifier: BSD-2-Clause
// Leakers of sockets, one for each kind that a program can make, and what must be said of them.
#pragma once

#include <cstdint>
#include <map>
#include <ostream>
#include <string>
#include <vector>

namespace unfreed::e2e {

using Kinds = std::map<std::string, std::uint64_t>;

struct KindCase {
    std::string name, program, kind;
    Kinds expected;
    std::string evidence_of, evidence;  // of groups of this kind
    std::string untraced_evidence = {}; // where no stack tells groups apart; empty: the same
};
void PrintTo(const KindCase& tested, std::ostream* out);

std::vector<KindCase> kind_cases();

// Leaks and holds. kind: "" for programs that have but one; dir: where it may bind names.
std::vector<std::string> kind_command(const std::string& program, const std::string& count,
                                      const std::string& kind, const std::string& dir = "");

} // namespace unfreed::e2e
