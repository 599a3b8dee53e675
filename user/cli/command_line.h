// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "options/options.h"

#include <optional>
#include <string>

namespace unfreed::cli {

// What main() does with the command line: run, or print `text` and leave with `exit_code`.
struct ParsedCommandLine {
    std::optional<Options> options;
    std::string text;
    int exit_code = 0;
};

ParsedCommandLine parse_command_line(int argc, const char* const* argv);

} // namespace unfreed::cli
