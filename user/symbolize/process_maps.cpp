// SPDX-License-Identifier: BSD-2-Clause
#include "symbolize/process_maps.h"

#include "base/read_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace unfreed {
namespace {

// Takes fields off the front of a line.
class Fields {
  public:
    explicit Fields(std::string_view line) : rest_(line) {}

    bool number(std::uint64_t& value, int base) {
        const auto result = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value, base);
        if (result.ec != std::errc{})
            return false;
        rest_.remove_prefix(static_cast<std::size_t>(result.ptr - rest_.data()));
        return true;
    }
    bool literal(char expected) {
        if (rest_.empty() || rest_.front() != expected)
            return false;
        rest_.remove_prefix(1);
        return true;
    }
    bool word() { // any, with the blank behind it
        const std::size_t end = rest_.find(' ');
        if (end == 0 || end == rest_.npos)
            return false;
        rest_.remove_prefix(end + 1);
        return true;
    }
    std::string_view rest() const {
        return rest_.substr(std::min(rest_.find_first_not_of(' '), rest_.size()));
    }

  private:
    std::string_view rest_;
};

// The kernel writes a line end in a path as \012, so that it stays one line.
std::string unescape(std::string_view path) {
    constexpr std::string_view kLineEnd = "\\012";
    std::string out;
    for (std::size_t end; (end = path.find(kLineEnd)) != path.npos;) {
        out.append(path.substr(0, end)).push_back('\n');
        path.remove_prefix(end + kLineEnd.size());
    }
    return out.append(path);
}

// "start-end perms offset major:minor inode   path (deleted)"
std::optional<Mapping> parse_line(std::string_view line) {
    constexpr std::string_view kDeleted = " (deleted)";
    Mapping mapping;
    Fields fields(line);
    if (!fields.number(mapping.start, 16) || !fields.literal('-') ||
        !fields.number(mapping.end, 16) || !fields.literal(' ') || !fields.word() ||
        !fields.number(mapping.file_offset, 16) || !fields.literal(' ') || !fields.word() ||
        !fields.number(mapping.inode, 10) || mapping.end <= mapping.start)
        return std::nullopt;
    std::string_view path = fields.rest();
    if (mapping.inode != 0 && path.ends_with(kDeleted)) {
        mapping.deleted = true;
        path.remove_suffix(kDeleted.size());
    }
    mapping.path = unescape(path);
    return mapping;
}

} // namespace

Result<ProcessMaps> ProcessMaps::read(std::uint32_t pid, const std::string& proc_root) {
    Result<std::string> text = read_file(fmt::format("{}/{}/maps", proc_root, pid));
    if (!text)
        return fail(std::move(text).error());
    return parse(*text, pid, proc_root);
}

ProcessMaps ProcessMaps::parse(std::string_view text, std::uint32_t pid,
                               const std::string& proc_root) {
    ProcessMaps maps;
    if (pid != 0)
        maps.process_directory_ = fmt::format("{}/{}", proc_root, pid);
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty())
            continue;
        if (std::optional<Mapping> mapping = parse_line(line))
            maps.mappings_.push_back(std::move(*mapping));
        else
            ++maps.skipped_lines_;
    }
    std::stable_sort(maps.mappings_.begin(), maps.mappings_.end(),
                     [](const Mapping& a, const Mapping& b) { return a.start < b.start; });
    return maps;
}

void ProcessMaps::keep_files_of(const ProcessMaps& former) {
    std::vector<Mapping> kept;
    for (const Mapping& old : former.mappings_) {
        const auto after = std::lower_bound(
            mappings_.begin(), mappings_.end(), old.start,
            [](const Mapping& mapping, std::uint64_t start) { return mapping.end <= start; });
        const bool is_free = after == mappings_.end() || after->start >= old.end;
        if (old.inode != 0 && is_free)
            kept.push_back(old);
    }
    mappings_.insert(mappings_.end(), kept.begin(), kept.end());
    std::stable_sort(mappings_.begin(), mappings_.end(),
                     [](const Mapping& a, const Mapping& b) { return a.start < b.start; });
}

const Mapping* ProcessMaps::find(std::uint64_t address) const {
    const auto after =
        std::upper_bound(mappings_.begin(), mappings_.end(), address,
                         [](std::uint64_t a, const Mapping& mapping) { return a < mapping.start; });
    if (after == mappings_.begin() || address >= (after - 1)->end)
        return nullptr;
    return &*(after - 1);
}

std::vector<ProcessMaps::Candidate> ProcessMaps::candidates(const Mapping& mapping) const {
    std::vector<Candidate> found;
    if (!mapping.path.starts_with('/') || mapping.inode == 0)
        return found;
    if (!process_directory_.empty()) {
        found.push_back(
            {fmt::format("{}/map_files/{:x}-{:x}", process_directory_, mapping.start, mapping.end),
             true});
        found.push_back({process_directory_ + "/root" + mapping.path, false});
    }
    found.push_back({mapping.path, false});
    return found;
}

} // namespace unfreed
