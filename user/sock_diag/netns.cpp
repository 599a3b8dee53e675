// SPDX-License-Identifier: BSD-2-Clause
#include "sock_diag/netns.h"

#include "base/log.h"
#include "base/read_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <thread>

namespace unfreed {
namespace {

constexpr std::string_view kBlank = " ";

std::string_view take_word(std::string_view& line) {
    const std::size_t end = line.find_first_of(kBlank);
    const std::string_view word = line.substr(0, end);
    line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
    return word;
}

// "\040" and the like, as mountinfo writes blanks.
std::string unescape(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned value = 0;
        if (text[i] == '\\' && i + 3 < text.size() &&
            std::from_chars(text.data() + i + 1, text.data() + i + 4, value, 8).ec == std::errc{}) {
            plain += static_cast<char>(value);
            i += 3;
        } else {
            plain += text[i];
        }
    }
    return plain;
}

// A process may end before its file is opened; then another one of the namespace will do.
void add(std::vector<NetworkNamespace>& namespaces, std::uint64_t inode, std::string path) {
    const bool known = std::any_of(namespaces.begin(), namespaces.end(),
                                   [&](const auto& other) { return other.inode == inode; });
    if (inode == 0 || known)
        return;
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (fd)
        namespaces.push_back({inode, std::move(path), std::move(fd)});
}

std::uint64_t inode_of(const std::string& path) {
    std::array<char, 64> target{};
    const ssize_t length = ::readlink(path.c_str(), target.data(), target.size());
    return length > 0 ? netns_of_link({target.data(), static_cast<std::size_t>(length)}) : 0;
}

void add_link(std::vector<NetworkNamespace>& namespaces, std::string path) {
    const std::uint64_t inode = inode_of(path);
    add(namespaces, inode, std::move(path));
}

} // namespace

std::uint64_t netns_of_link(std::string_view link) {
    constexpr std::string_view kPrefix = "net:[";
    std::uint64_t inode = 0;
    if (!link.starts_with(kPrefix))
        return 0;
    link.remove_prefix(kPrefix.size());
    const auto [end, error] = std::from_chars(link.data(), link.data() + link.size(), inode);
    return error == std::errc{} && std::string_view(end, link.data() + link.size()) == "]" ? inode
                                                                                           : 0;
}

std::vector<NetworkNamespace> netns_of_mounts(std::string_view mountinfo) {
    std::vector<NetworkNamespace> namespaces;
    while (!mountinfo.empty()) {
        const std::size_t end = mountinfo.find('\n');
        std::string_view line = mountinfo.substr(0, end);
        mountinfo.remove_prefix(end == std::string_view::npos ? mountinfo.size() : end + 1);
        // id parent device root mount-point ...
        for (int skipped = 0; skipped < 3; ++skipped)
            take_word(line);
        const std::uint64_t inode = netns_of_link(take_word(line));
        if (inode != 0)
            namespaces.push_back({inode, unescape(take_word(line)), UniqueFd()});
    }
    return namespaces;
}

std::vector<NetworkNamespace> find_network_namespaces() {
    std::vector<NetworkNamespace> namespaces;
    add_link(namespaces, "/proc/self/ns/net");
    const std::unique_ptr<DIR, int (*)(DIR*)> proc(::opendir("/proc"), ::closedir);
    while (const dirent* entry = proc ? ::readdir(proc.get()) : nullptr)
        if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9')
            add_link(namespaces, fmt::format("/proc/{}/ns/net", entry->d_name));
    if (const auto mountinfo = read_file("/proc/self/mountinfo"))
        for (NetworkNamespace& bound : netns_of_mounts(*mountinfo))
            add(namespaces, bound.inode, std::move(bound.path));
    return namespaces;
}

std::size_t in_each_netns(const std::vector<NetworkNamespace>& namespaces,
                          const std::function<void(const NetworkNamespace&)>& visit) {
    std::size_t skipped = 0;
    std::thread visitor([&] {
        std::uint64_t current = inode_of("/proc/thread-self/ns/net");
        for (const NetworkNamespace& one : namespaces) {
            // To stay where one is needs no CAP_SYS_ADMIN.
            if (one.inode != current && ::setns(one.fd.get(), CLONE_NEWNET) != 0) {
                log::debug(fmt::format("cannot enter network namespace {}: {}", one.path,
                                       std::strerror(errno)));
                ++skipped;
                continue;
            }
            current = one.inode;
            visit(one);
        }
    });
    visitor.join();
    return skipped;
}

} // namespace unfreed
