// SPDX-License-Identifier: BSD-2-Clause
#include "decode/details.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace unfreed {
namespace {

template <std::size_t size>
std::string text_of(const char (&bytes)[size]) {
    return {bytes, ::strnlen(bytes, size)};
}

} // namespace

void describe(const uf_inspect_dentry& dentry, Details& details) {
    std::string path;
    const std::uint32_t names = std::min<std::uint32_t>(dentry.names, UF_PATH_NAMES);
    for (std::uint32_t i = names; i > 0; --i)
        path += "/" + text_of(dentry.path[i - 1]);
    if (dentry.truncated != 0)
        path.insert(0, "...");
    details["path"] = path.empty() ? "/" : path;
    details["file_system"] = text_of(dentry.file_system);
    details["device"] = fmt::format("{}:{}", dentry.device >> 20, dentry.device & 0xfffff);
    details["inode"] = dentry.inode != 0 ? std::to_string(dentry.inode) : "none (negative)";
}

} // namespace unfreed
