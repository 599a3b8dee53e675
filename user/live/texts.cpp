// SPDX-License-Identifier: BSD-2-Clause
#include "live/texts.h"

#include "base/utf8.h"
#include "report/humanize.h"
#include "report/page.h"
#include "report/phrases.h"
#include "report/text_group.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace unfreed::live {
namespace {

constexpr std::size_t kIndent = 2;
constexpr std::size_t kLeastWidth = 40; // for a page; narrower, lines are cut

using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::array kKeys{
    Pair{"up, down, j, k", "choose a row; PgUp, PgDn, Home, End go further"},
    Pair{"Enter", "open the row: its evidence, processes and stacks; once more closes it"},
    Pair{"s, S", "sort by the next, or the former: importance, bytes an hour, rate, count, size, "
                 "age, kind, process"},
    Pair{"r", "reverse the order"},
    Pair{"/", "filter as you type: words that a row, its processes or its stacks must have; Enter "
              "keeps the filter, Esc drops it"},
    Pair{"a", "all rows, or those only that leak or need a look"},
    Pair{"p, Space", "pause: the screen stays as it is, the trace goes on"},
    Pair{"l", "what was lost: the light in the corner is green if nothing was that could change "
              "the numbers, yellow if details are missing, red if the numbers may be wrong"},
    Pair{"Ctrl-L", "draw the screen anew"},
    Pair{"q, Ctrl-C", "end the trace; its report comes then"},
};

std::vector<std::string> split(Page& page, std::size_t width) {
    const std::string text = page.take();
    std::vector<std::string> lines;
    for (std::string_view rest = text; !rest.empty();) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        lines.push_back(cut_middle(std::string(kIndent, ' ').append(rest.substr(0, end)), width));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return lines;
}

Page page_for(std::size_t width) {
    return {std::max(width, kLeastWidth + kIndent) - kIndent, false};
}

} // namespace

std::vector<std::string> details_of(const Report& report, const Group& group, std::size_t rank,
                                    std::size_t width) {
    Page page = page_for(width);
    write_group(page, report, group, rank);
    return split(page, width);
}

std::vector<std::string> losses_of(const Report& report, std::size_t width) {
    constexpr std::size_t kLabel = 13;
    Page page = page_for(width);
    page.line("How far to trust these numbers");
    bool any = false;
    for (const Loss& loss : report.losses) {
        if (loss.count == 0)
            continue;
        any = true;
        page.labelled(fmt::format("{:<{}}", severity_phrase(loss.severity), kLabel),
                      human_count(loss.count) + " " + escape_for_terminal(loss.meaning));
    }
    if (!any)
        page.line("Nothing was lost.");
    return split(page, width);
}

std::vector<std::string> help(std::size_t width) {
    constexpr std::size_t kLabel = 16;
    Page page = page_for(width);
    for (const auto& [keys, does] : kKeys)
        page.labelled(fmt::format("{:<{}}", keys, kLabel), does);
    return split(page, width);
}

} // namespace unfreed::live
