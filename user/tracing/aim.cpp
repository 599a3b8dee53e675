// SPDX-License-Identifier: BSD-2-Clause
#include "tracing/aim.h"

#include <fmt/format.h>
#include <fnmatch.h>
#include <linux/magic.h>
#include <mntent.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <memory>
#include <set>

namespace unfreed {
namespace {

// Where the v2 hierarchy is mounted: beside others it is /sys/fs/cgroup/unified.
std::string cgroup_root() {
    struct Close {
        void operator()(FILE* file) const { ::endmntent(file); }
    };
    const std::unique_ptr<FILE, Close> mounts(::setmntent("/proc/self/mounts", "re"));
    mntent entry{};
    std::array<char, 4096> text{};
    while (mounts && ::getmntent_r(mounts.get(), &entry, text.data(), text.size()) != nullptr)
        if (std::string_view(entry.mnt_type) == "cgroup2")
            return entry.mnt_dir;
    return "/sys/fs/cgroup";
}

bool matches(const std::string& pattern, const std::string& name) {
    return ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

// The name itself, what it was merged into, and what else was.
void add_cache(const std::string& name, const SlabNames& names, std::set<std::string>& caches) {
    caches.insert(name);
    const auto merged = names.merged_with(name);
    caches.insert(merged.begin(), merged.end());
}

std::string no_such_cache(const std::string& name, const KnownCaches& known) {
    std::string message = fmt::format("--cache: this host has no slab cache \"{}\"", name);
    for (const SlabCache& cache : known.slabs.caches)
        if (cache.name.find(name) != std::string::npos)
            return message + fmt::format("; it has \"{}\"", cache.name);
    return message + "; /proc/slabinfo lists them";
}

} // namespace

std::uint32_t kmalloc_size(std::string_view name) {
    if (name.find("kmalloc-") == name.npos)
        return 0;
    std::string_view digits = name.substr(name.rfind('-') + 1);
    std::uint32_t scale = 1;
    if (digits.ends_with('k')) {
        scale = 1024;
        digits.remove_suffix(1);
    }
    std::uint32_t size = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size);
    const bool whole = error == std::errc() && end == digits.data() + digits.size();
    return whole && size <= (1U << 22) ? size * scale : 0;
}

Result<> aim_at_caches(const std::vector<std::string>& patterns, const KnownCaches& known,
                       bpf::Aim& into) {
    const SlabNames names(known.links, known.slabs);
    std::set<std::string> caches;
    std::set<std::uint32_t> sizes;
    for (const std::string& pattern : patterns) {
        const std::size_t before = caches.size();
        bool found = false;
        auto take = [&](const std::string& name) {
            if (!matches(pattern, name))
                return;
            found = true;
            add_cache(name, names, caches);
            if (const std::uint32_t size = kmalloc_size(name); size != 0)
                sizes.insert(size);
        };
        for (const SlabCache& cache : known.slabs.caches)
            take(cache.name);
        for (const auto& [name, id] : known.links)
            take(name);
        if (!found && caches.size() == before)
            return fail(Errc::usage, no_such_cache(pattern, known));
    }
    into.caches.assign(caches.begin(), caches.end());
    into.sizes.assign(sizes.begin(), sizes.end());
    return {};
}

Result<> aim_at_sites(const std::vector<std::string>& functions, const KernelSymbols& symbols,
                      bpf::Aim& into) {
    for (const std::string& function : functions) {
        const auto ranges = symbols.ranges_of_prefix_variants(function);
        if (ranges.empty())
            return fail(Errc::usage,
                        fmt::format("--site: this kernel has no function \"{}\" (/proc/kallsyms), "
                                    "or does not show where it is; one that the compiler inlined "
                                    "is part of its callers",
                                    function));
        for (const AddressRange& range : ranges)
            into.sites.push_back({range.start, range.end});
    }
    return {};
}

Result<> aim_at_cgroups(const std::vector<std::string>& paths, const std::string& root,
                        bpf::Aim& into) {
    for (const std::string& word : paths) {
        std::string path = word;
        if (path != root && !path.starts_with(root + "/"))
            path = root + "/" + word;
        struct stat entry {};
        struct statfs system {};
        if (::stat(path.c_str(), &entry) != 0 || ::statfs(path.c_str(), &system) != 0)
            return fail(Errc::usage, fmt::format("--cgroup: {}: {}", path, std::strerror(errno)));
        if (system.f_type != CGROUP2_SUPER_MAGIC || !S_ISDIR(entry.st_mode))
            return fail(Errc::usage,
                        fmt::format("--cgroup: {} is no cgroup of the v2 hierarchy", path));
        into.cgroups.push_back(entry.st_ino); // kernfs: its id
    }
    return {};
}

Result<std::vector<ObjectClass>> classes_aimed_at(const std::vector<ObjectClass>& classes,
                                                  bool asked, const AimNames& names) {
    std::vector<ObjectClass> aimed;
    for (const ObjectClass object_class : classes) {
        if (names.caches.empty() || is_of_cache(object_class))
            aimed.push_back(object_class);
        else if (asked)
            return fail(Errc::usage,
                        fmt::format("--cache: what is of class {} comes from no slab cache",
                                    to_string(object_class)));
    }
    return aimed;
}

Result<bpf::Aim> resolve_aim(const AimNames& names, const KernelSymbols& symbols) {
    bpf::Aim aim;
    if (!names.caches.empty()) {
        auto slabs = SlabInfo::read();
        if (!slabs)
            return fail(std::move(slabs.error()).with_context("--cache"));
        if (auto at = aim_at_caches(names.caches, {*slabs, read_slab_links()}, aim); !at)
            return fail(at.error());
    }
    if (auto at = aim_at_sites(names.sites, symbols, aim); !at)
        return fail(at.error());
    if (auto at = aim_at_cgroups(names.cgroups, cgroup_root(), aim); !at)
        return fail(at.error());
    aim.comms = names.comms;
    return aim;
}

} // namespace unfreed
