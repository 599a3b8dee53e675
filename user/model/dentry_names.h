// SPDX-License-Identifier: BSD-2-Clause
// Names and directories of the dentries of a snapshot, each once, however many share it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace unfreed {

// A directory, or several: of names that differ the patterns (analyze/name_pattern.h).
struct DentryPlace {
    std::string directory; // within the file system; empty: none, or unknown
    std::string file_system;
    std::uint32_t device = 0; // as the kernel has it: major << 20 | minor
    friend auto operator<=>(const DentryPlace&, const DentryPlace&) = default;
};

// Number 0 of each is the unknown one.
struct DentryNames {
    std::vector<std::string> patterns = {""};
    std::vector<DentryPlace> places = {{}};
};

} // namespace unfreed
