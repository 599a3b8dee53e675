// SPDX-License-Identifier: BSD-2-Clause
#include "report/aim_phrase.h"

#include "base/utf8.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace unfreed {

std::string aim_phrase(const AimNames& aim) {
    std::vector<std::string> parts;
    auto add = [&](const char* one, const char* many, const std::vector<std::string>& names) {
        if (!names.empty())
            parts.push_back(
                fmt::format("of {} {}", names.size() == 1 ? one : many,
                            escape_for_terminal(fmt::format("{}", fmt::join(names, ", ")))));
    };
    add("slab cache", "slab caches", aim.caches);
    add("call site", "call sites", aim.sites);
    add("program", "programs", aim.comms);
    add("cgroup", "cgroups", aim.cgroups);
    return fmt::format("only objects {}; no others were followed", fmt::join(parts, " and "));
}

} // namespace unfreed
