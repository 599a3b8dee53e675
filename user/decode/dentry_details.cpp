// SPDX-License-Identifier: BSD-2-Clause
#include "decode/details.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

namespace unfreed {
namespace {

template <std::size_t size>
std::string text_of(const char (&bytes)[size]) {
    return {bytes, ::strnlen(bytes, size)};
}

// File systems without a store behind them: the dentry of a file is the file, and holds a reference
// to itself until it is unlinked.
constexpr std::array<std::string_view, 24> kKeepers{
    "tmpfs",   "ramfs",      "devtmpfs", "rootfs",      "hugetlbfs",  "debugfs",
    "tracefs", "securityfs", "configfs", "devpts",      "mqueue",     "bpf",
    "pstore",  "efivarfs",   "fusectl",  "nfsd",        "rpc_pipefs", "selinuxfs",
    "smackfs", "functionfs", "gadgetfs", "binfmt_misc", "binder",     "ibmasmfs"};

// Without the root; from name number `first` on, 0 being the innermost.
std::string path_of(const uf_inspect_dentry& dentry, std::uint32_t first) {
    std::string path;
    const std::uint32_t names = std::min<std::uint32_t>(dentry.names, UF_PATH_NAMES);
    for (std::uint32_t i = names; i > first; --i)
        path += "/" + text_of(dentry.path[i - 1]);
    if (dentry.truncated != 0)
        path.insert(0, "...");
    return path.empty() ? "/" : path;
}

} // namespace

DentryFacts facts_of(const uf_inspect_dentry& dentry) {
    constexpr std::uint32_t kUsedAgain = 0x40; // DCACHE_REFERENCED, the same in all kernels
    DentryFacts facts;
    facts.unhashed = (dentry.state & UF_DENTRY_UNHASHED) != 0;
    facts.root = (dentry.state & UF_DENTRY_ROOT) != 0;
    facts.sb_root = (dentry.state & UF_DENTRY_SB_ROOT) != 0;
    const std::string type = text_of(dentry.file_system);
    const bool keeper = std::find(kKeepers.begin(), kKeepers.end(), type) != kKeepers.end();
    facts.kept_by_fs = (dentry.state & UF_DENTRY_PERSISTENT) != 0 ||
                       (keeper && dentry.inode != 0 && !facts.unhashed && !facts.root);
    facts.socket_file = (dentry.state & UF_DENTRY_SOCKET) != 0;
    facts.used_again = (dentry.flags & kUsedAgain) != 0;
    facts.children = dentry.children;
    facts.parent = dentry.parent;
    return facts;
}

DentryLocation location_of(const uf_inspect_dentry& dentry, bool with_directory) {
    DentryLocation location;
    if (dentry.names > 0)
        location.name = text_of(dentry.path[0]);
    if (dentry.names > 0 && with_directory)
        location.directory = path_of(dentry, 1);
    location.file_system = text_of(dentry.file_system);
    location.device = dentry.device;
    return location;
}

void describe(const uf_inspect_dentry& dentry, Details& details) {
    details["path"] = path_of(dentry, 0);
    details["file_system"] = text_of(dentry.file_system);
    details["device"] = fmt::format("{}:{}", dentry.device >> 20, dentry.device & 0xfffff);
    details["inode"] = dentry.inode != 0 ? std::to_string(dentry.inode) : "none (negative)";
    if (dentry.children != 0)
        details["children"] = std::to_string(dentry.children);
}

} // namespace unfreed
