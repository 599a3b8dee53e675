// SPDX-License-Identifier: BSD-2-Clause
// Which options each command has.
#pragma once

#include "cli/option_words.h"
#include "options/options.h"

#include <CLI/CLI.hpp>

namespace unfreed::cli {

void add_trace(CLI::App& app, Options& options, Words& words);
void add_run(CLI::App& app, Options& options, Words& words);
void add_report(CLI::App& app, Options& options, Words& words);
void add_diff(CLI::App& app, Options& options, Words& words);
void add_triage(CLI::App& app, Options& options, Words& words);
void add_doctor(CLI::App& app, Options& options, Words& words);

} // namespace unfreed::cli
