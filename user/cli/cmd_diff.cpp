// SPDX-License-Identifier: BSD-2-Clause
// `unfreed diff BEFORE AFTER`: what is new, has grown or is gone between two reports. Needs no
// privilege.
#include "cli/commands.h"
#include "delivery/reports.h"
#include "known/diff.h"
#include "output/output.h"

#include <cstdlib>

namespace unfreed::cli {

Result<int> run_diff(const Options& options) {
    const auto before = read_report(options.compared.at(0));
    if (!before)
        return fail(before.error());
    const auto after = read_report(options.compared.at(1));
    if (!after)
        return fail(after.error());
    const OutputChoice& choice = options.outputs.front();
    if (choice.writer->name != "text" && choice.writer->name != "json")
        return fail(Errc::usage, "a diff is text or json");
    auto output = Output::open(choice.path);
    if (!output)
        return fail(output.error());
    const auto changes = compare(*before, *after);
    DiffOptions sheet;
    sheet.width = static_cast<std::size_t>(output->width());
    sheet.color = output->is_terminal() && std::getenv("NO_COLOR") == nullptr;
    auto written = output->write(choice.writer->name == "json"
                                     ? diff_to_json(*before, *after, changes)
                                     : diff_to_text(*before, *after, changes, sheet));
    if (!written)
        return fail(written.error());
    return 0;
}

} // namespace unfreed::cli
