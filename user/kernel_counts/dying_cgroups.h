// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace unfreed {

// Cgroups that were removed and that something still refers to: nr_dying_descendants of the root.
std::optional<std::uint64_t> parse_dying_cgroups(std::string_view cgroup_stat);
// nullopt: there is no cgroup v2 here.
std::optional<std::uint64_t>
read_dying_cgroups(const std::string& path = "/sys/fs/cgroup/cgroup.stat");

} // namespace unfreed
