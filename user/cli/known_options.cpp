// SPDX-License-Identifier: BSD-2-Clause
#include "cli/known_options.h"

#include <CLI/CLI.hpp>

namespace unfreed::cli {

void add_known(CLI::App& app, KnownOptions& options) {
    app.add_option("--suppressions", options.suppressions,
                   "Leave out, and count, what the rules of a file match (docs/ci.md; may be given "
                   "more than once)")
        ->allow_extra_args(false)
        ->type_name("FILE");
    app.add_option("--baseline", options.baseline,
                   "An earlier report (JSON or a recording): leave out, and count, what it has "
                   "already, unless it has grown beyond chance")
        ->type_name("FILE");
    app.add_option("--gen-suppressions", options.generate,
                   "Write rules that would hide each row of the report to a file, too (-: stdout)")
        ->type_name("FILE");
}

} // namespace unfreed::cli
