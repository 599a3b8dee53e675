// SPDX-License-Identifier: BSD-2-Clause
#include "symbolize/mounts.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace unfreed {
namespace {

std::string_view take(std::string_view& text, char end) {
    const std::size_t at = text.find(end);
    const std::string_view word = text.substr(0, at);
    text.remove_prefix(at == text.npos ? text.size() : at + 1);
    return word;
}

std::optional<std::uint32_t> number(std::string_view word) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc{} || end != word.data() + word.size())
        return std::nullopt;
    return value;
}

// Blanks, tabs, line ends and backslashes are written "\040".
std::string unescaped(std::string_view word) {
    const auto octal = [](char c) { return c >= '0' && c <= '7'; };
    std::string text;
    while (!word.empty()) {
        if (word[0] == '\\' && word.size() >= 4 && octal(word[1]) && octal(word[2]) &&
            octal(word[3])) {
            text += static_cast<char>((word[1] - '0') * 64 + (word[2] - '0') * 8 + (word[3] - '0'));
            word.remove_prefix(4);
            continue;
        }
        text += word.front();
        word.remove_prefix(1);
    }
    return text;
}

// The rest of the path below this directory, with its slash; nullopt: it is not below it.
std::optional<std::string_view> below(std::string_view directory, std::string_view path) {
    if (directory == "/")
        return path == "/" ? std::string_view() : path;
    if (!path.starts_with(directory))
        return std::nullopt;
    path.remove_prefix(directory.size());
    if (!path.empty() && path.front() != '/')
        return std::nullopt;
    return path;
}

} // namespace

Mounts Mounts::parse(std::string_view text, bool is_cut) {
    Mounts mounts({}, is_cut);
    while (!text.empty()) {
        std::string_view line = take(text, '\n');
        take(line, ' ');
        take(line, ' ');
        std::string_view device = take(line, ' ');
        const auto major = number(take(device, ':'));
        const auto minor = number(device);
        std::string root = unescaped(take(line, ' '));
        std::string point = unescaped(take(line, ' '));
        if (major && minor && !root.empty() && !point.empty())
            mounts.mounts_.push_back({*major << 20 | *minor, std::move(root), std::move(point)});
    }
    return mounts;
}

std::string Mounts::full_path(std::uint32_t device, std::string_view path) const {
    // The mount of the least part that holds it; of several the shortest name.
    const Mount* best = nullptr;
    for (const Mount& mount : mounts_) {
        if (mount.device != device || !below(mount.root, path))
            continue;
        const bool better =
            !best || mount.root.size() > best->root.size() ||
            (mount.root.size() == best->root.size() && mount.point.size() < best->point.size());
        if (better)
            best = &mount;
    }
    if (!best)
        return {};
    const std::string_view rest = *below(best->root, path);
    std::string full = best->point == "/" ? std::string() : best->point;
    full += rest;
    return full.empty() ? "/" : full;
}

std::uint32_t Mounts::references(std::uint32_t device, std::string_view path) const {
    const std::string full = full_path(device, path);
    return static_cast<std::uint32_t>(
        std::count_if(
            mounts_.begin(), mounts_.end(),
            [&](const Mount& mount) { return mount.device == device && mount.root == path; }) +
        std::count_if(mounts_.begin(), mounts_.end(),
                      [&](const Mount& mount) { return !full.empty() && mount.point == full; }));
}

} // namespace unfreed
