// SPDX-License-Identifier: BSD-2-Clause
// The files of --suppressions: what is known, and may be left out of a report. docs/ci.md has the
// format. They may come from anybody, so everything in them is bounded.
#pragma once

#include "base/result.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace unfreed {

inline constexpr std::size_t kMostSuppressionBytes = std::size_t{1} << 20; // of a file
inline constexpr std::size_t kMostSuppressions = 1000;                     // in all files

struct FramePattern {
    enum class Of { function, object, any_number } of = Of::function;
    std::string glob;
};

// Lists are of globs, one of which must match; empty: everything does.
struct Suppression {
    std::string name;
    std::string file;
    std::uint32_t line = 0;
    std::string reason;
    std::vector<std::string> classes;
    std::vector<std::string> kinds;
    std::vector<std::string> caches;
    std::vector<std::string> processes; // each process of a group must be one of them
    std::vector<std::string> verdicts;
    // From the innermost frame of the kernel outwards to the program; what lies further out than
    // the last one is not looked at.
    std::vector<FramePattern> frames;
    std::string any_frame; // leak:PATTERN; empty: none
    std::optional<std::uint64_t> max_objects;
    std::optional<std::uint64_t> max_bytes;
    std::optional<std::chrono::sys_days> expires; // the last day, UTC
};

// Appends the rules of a file. Errors (malformed, limit) name file and line, and say what to do.
Result<> parse_suppressions(std::string_view text, const std::string& file,
                            std::vector<Suppression>& into);

} // namespace unfreed
