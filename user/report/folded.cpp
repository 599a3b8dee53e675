// SPDX-License-Identifier: BSD-2-Clause
#include "report/folded.h"

#include "report/call_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace unfreed {
namespace {

std::string line_of(const Group& group) {
    std::string line;
    for (Step& step : call_path(group)) {
        std::replace(step.name.begin(), step.name.end(), ';', ':');
        line += (line.empty() ? "" : ";") + step.name;
        if (step.side == Step::Side::kernel)
            line += "_[k]";
    }
    if (line.starts_with('#')) // a comment to some readers
        line.replace(0, 1, "\\x23");
    return line;
}

} // namespace

std::string to_folded(const Report& report, std::optional<std::uint64_t> (*number)(const Group&)) {
    std::map<std::string, std::uint64_t> lines;
    for (const Group& group : report.groups)
        if (const auto weight = number(group); weight.value_or(0) != 0)
            lines[line_of(group)] += *weight;
    lines.erase(""); // of groups that are not judged
    std::string text;
    for (const auto& [line, weight] : lines)
        text += fmt::format("{} {}\n", line, weight);
    return text;
}

} // namespace unfreed
