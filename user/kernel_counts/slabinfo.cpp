// SPDX-License-Identifier: BSD-2-Clause
#include "kernel_counts/slabinfo.h"

#include "base/read_file.h"
#include "kernel_counts/fields.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>

namespace unfreed {
namespace {

constexpr std::string_view kVersion = "slabinfo - version: 2.";

// "name <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables ...". Names may
// hold spaces, so the numbers are taken from the end of the part before the colon.
std::optional<SlabCache> parse_cache(std::string_view line) {
    const std::size_t end = line.find(" : tunables");
    if (end == std::string_view::npos)
        return std::nullopt;
    std::string_view rest = line.substr(0, end);
    constexpr std::size_t kNumbers = 5;
    std::array<std::uint64_t, kNumbers> numbers;
    for (std::size_t i = kNumbers; i-- > 0;) {
        rest = rest.substr(0, rest.find_last_not_of(' ') + 1);
        const std::size_t space = rest.find_last_of(' ');
        if (space == std::string_view::npos)
            return std::nullopt;
        const auto number = to_number<std::uint64_t>(rest.substr(space + 1));
        if (!number)
            return std::nullopt;
        numbers[i] = *number;
        rest = rest.substr(0, space);
    }
    const std::string_view name = rest.substr(0, rest.find_last_not_of(' ') + 1);
    if (name.empty())
        return std::nullopt;
    return SlabCache{std::string(name), numbers[0], numbers[1], numbers[2], numbers[3]};
}

} // namespace

const SlabCache* SlabInfo::find(std::string_view name) const {
    const auto cache = std::find_if(caches.begin(), caches.end(),
                                    [&](const SlabCache& one) { return one.name == name; });
    return cache == caches.end() ? nullptr : &*cache;
}

Result<SlabInfo> SlabInfo::parse(std::string_view text) {
    if (!text.starts_with(kVersion))
        return fail(Errc::malformed, "slabinfo is not of version 2");
    take_line(text);
    SlabInfo info;
    for (std::size_t number = 2; !text.empty(); ++number) {
        const std::string_view line = take_line(text);
        if (line.empty() || line.front() == '#')
            continue;
        auto cache = parse_cache(line);
        if (!cache)
            return fail(Errc::malformed, fmt::format("slabinfo line {}: '{}'", number, line));
        info.caches.push_back(std::move(*cache));
    }
    return info;
}

Result<SlabInfo> SlabInfo::read(const std::string& path) {
    auto text = read_file(path);
    if (!text)
        return fail(std::move(text.error()));
    return parse(*text);
}

} // namespace unfreed
