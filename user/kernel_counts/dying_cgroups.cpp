// SPDX-License-Identifier: BSD-2-Clause
#include "kernel_counts/dying_cgroups.h"

#include "base/read_file.h"
#include "kernel_counts/fields.h"

namespace unfreed {

std::optional<std::uint64_t> parse_dying_cgroups(std::string_view cgroup_stat) {
    while (!cgroup_stat.empty()) {
        std::string_view line = take_line(cgroup_stat);
        if (take_word(line) == "nr_dying_descendants")
            return to_number<std::uint64_t>(take_word(line));
    }
    return std::nullopt;
}

std::optional<std::uint64_t> read_dying_cgroups(const std::string& path) {
    const auto text = read_file(path);
    return text ? parse_dying_cgroups(*text) : std::nullopt;
}

} // namespace unfreed
