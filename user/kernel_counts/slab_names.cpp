// SPDX-License-Identifier: BSD-2-Clause
#include "kernel_counts/slab_names.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

namespace unfreed {
namespace {

constexpr std::string_view kKmalloc = "kmalloc-";
constexpr std::string_view kRandom = "rnd-";

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// "64", "2k".
bool is_size(std::string_view text) {
    if (text.ends_with('k') || text.ends_with('M'))
        text.remove_suffix(1);
    return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

} // namespace

std::string kmalloc_family(std::string_view name) {
    std::string_view rest = name;
    for (std::string_view bucket : {"memdup_user-", "msg_msg-"})
        if (rest.starts_with(bucket) && is_size(rest.substr(bucket.size())))
            return std::string(kKmalloc) + std::string(rest.substr(bucket.size()));
    if (rest.starts_with("dma-"))
        rest.remove_prefix(4);
    if (!rest.starts_with(kKmalloc))
        return std::string(name);
    rest.remove_prefix(kKmalloc.size());
    for (std::string_view kind : {"cg-", "rcl-"})
        if (rest.starts_with(kind))
            rest.remove_prefix(kind.size());
    if (rest.starts_with(kRandom)) {
        const std::size_t end = rest.find('-', kRandom.size());
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    return is_size(rest) ? std::string(kKmalloc) + std::string(rest) : std::string(name);
}

SlabNames::SlabNames(Links links, const SlabInfo& slabs) : links_(std::move(links)) {
    for (const SlabCache& cache : slabs.caches)
        if (const auto link = links_.find(cache.name); link != links_.end())
            first_by_id_.emplace(link->second, cache.name);
}

std::string SlabNames::counted_as(std::string_view name) const {
    if (const auto link = links_.find(name); link != links_.end())
        if (const auto first = first_by_id_.find(link->second); first != first_by_id_.end())
            return kmalloc_family(first->second);
    return kmalloc_family(name);
}

std::vector<std::string> SlabNames::merged_with(std::string_view name) const {
    std::vector<std::string> names;
    const auto link = links_.find(name);
    if (link == links_.end() || name.starts_with(kKmalloc))
        return names;
    for (const auto& [other, id] : links_)
        if (id == link->second && !other.starts_with(kKmalloc))
            names.push_back(other);
    if (names.size() == 1)
        names.clear();
    return names;
}

SlabNames::Links read_slab_links(const std::string& folder) {
    SlabNames::Links links;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        std::error_code no_link;
        const auto target = std::filesystem::read_symlink(entry->path(), no_link);
        if (!no_link)
            links.emplace(entry->path().filename().string(), target.filename().string());
    }
    return links;
}

} // namespace unfreed
