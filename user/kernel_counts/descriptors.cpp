// SPDX-License-Identifier: BSD-2-Clause
#include "kernel_counts/descriptors.h"

#include "base/read_file.h"
#include "kernel_counts/fields.h"

#include <dirent.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <memory>
#include <optional>

namespace unfreed {
namespace {

struct CloseDir {
    void operator()(DIR* dir) const { ::closedir(dir); }
};
using Dir = std::unique_ptr<DIR, CloseDir>;

// Since 6.2 the size of the folder is their number (f1f1f2569901); before, they are counted.
std::optional<std::uint64_t> open_descriptors(const std::string& folder) {
    struct stat status {};
    if (::stat(folder.c_str(), &status) != 0)
        return std::nullopt;
    if (status.st_size > 0)
        return static_cast<std::uint64_t>(status.st_size);
    const Dir dir(::opendir(folder.c_str()));
    if (!dir)
        return std::nullopt;
    std::uint64_t count = 0;
    while (const dirent* entry = ::readdir(dir.get()))
        count += entry->d_name[0] != '.';
    return count;
}

std::optional<std::uint64_t> limit_of(std::uint32_t pid) {
    rlimit limit{};
    if (::prlimit(static_cast<pid_t>(pid), RLIMIT_NOFILE, nullptr, &limit) != 0)
        return std::nullopt;
    return limit.rlim_cur;
}

bool is_near(const DescriptorUse& use) {
    return use.open * 2 >= use.limit;
}

} // namespace

std::vector<DescriptorUse> read_descriptor_use(const std::string& proc) {
    constexpr std::size_t kKept = 5;
    std::vector<DescriptorUse> uses;
    DescriptorUse most;
    const Dir dir(::opendir(proc.c_str()));
    while (const dirent* entry = dir ? ::readdir(dir.get()) : nullptr) {
        const auto pid = to_number<std::uint32_t>(entry->d_name);
        if (!pid)
            continue;
        const auto open = open_descriptors(proc + "/" + entry->d_name + "/fd");
        const auto limit = limit_of(*pid);
        if (!open || !limit)
            continue;
        const DescriptorUse use{*pid, {}, *open, *limit};
        if (is_near(use))
            uses.push_back(use);
        else if (use.open > most.open)
            most = use;
    }
    std::stable_sort(uses.begin(), uses.end(), [](const DescriptorUse& a, const DescriptorUse& b) {
        return a.open * std::max<std::uint64_t>(b.limit, 1) >
               b.open * std::max<std::uint64_t>(a.limit, 1);
    });
    uses.resize(std::min(uses.size(), kKept));
    if (most.open != 0)
        uses.push_back(most);
    for (DescriptorUse& use : uses)
        if (auto comm = read_file(proc + "/" + std::to_string(use.pid) + "/comm"))
            use.comm = comm->substr(0, comm->find('\n'));
    return uses;
}

} // namespace unfreed
