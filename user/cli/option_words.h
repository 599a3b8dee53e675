// SPDX-License-Identifier: BSD-2-Clause
// Options whose values need more than the conversions of CLI11.
#pragma once

#include "base/result.h"
#include "options/options.h"

#include <string>
#include <vector>

namespace unfreed::cli {

// As they were typed; empty: not given.
struct Words {
    std::vector<std::string> classes;
    std::string duration;
    std::string interval;
    std::string min_age;
    std::string stacks;
    std::string format;
    std::vector<std::string> outputs;
    std::vector<std::string> fail_on;
    std::string exit_with;
    std::string sample;
    std::string max_objects;
    std::vector<std::string> verdicts;
};

// Errors: usage, with what to write instead.
Result<> read_words(const Words& words, Options& options);

} // namespace unfreed::cli
