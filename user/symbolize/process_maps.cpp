// SPDX-License-Identifier: BSD-2-Clause
#include "symbolize/process_maps.h"

#include "base/read_file.h"

#include <fmt/format.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
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
    std::string_view word() { // any, which is not empty, and the blank behind it
        const std::size_t end = rest_.find(' ');
        if (end == rest_.npos)
            return {};
        const std::string_view found = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        return found;
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

// "fe:01"
std::optional<std::uint64_t> device_of(std::string_view word) {
    std::uint64_t major = 0;
    std::uint64_t minor = 0;
    Fields fields(word);
    if (!fields.number(major, 16) || !fields.literal(':') || !fields.number(minor, 16) ||
        !fields.rest().empty())
        return std::nullopt;
    return gnu_dev_makedev(static_cast<unsigned>(major), static_cast<unsigned>(minor));
}

struct Line {
    Mapping mapping; // without its path
    std::string_view path;
};

// "start-end perms offset major:minor inode   path (deleted)"
std::optional<Line> parse_line(std::string_view text) {
    constexpr std::string_view kDeleted = " (deleted)";
    Line line;
    Mapping& mapping = line.mapping;
    Fields fields(text);
    if (!fields.number(mapping.start, 16) || !fields.literal('-') ||
        !fields.number(mapping.end, 16) || !fields.literal(' ') || mapping.end <= mapping.start)
        return std::nullopt;
    const std::string_view permissions = fields.word();
    if (permissions.empty() || !fields.number(mapping.file_offset, 16) || !fields.literal(' '))
        return std::nullopt;
    const auto device = device_of(fields.word());
    if (!device || !fields.number(mapping.inode, 10))
        return std::nullopt;
    mapping.device = *device;
    mapping.executable = permissions.find('x') != permissions.npos;
    line.path = fields.rest();
    if (mapping.inode != 0 && line.path.ends_with(kDeleted)) {
        mapping.deleted = true;
        line.path.remove_suffix(kDeleted.size());
    }
    return line;
}

bool is_same(const Mapping& a, const Mapping& b) {
    return a.start == b.start && a.end == b.end && a.file_offset == b.file_offset &&
           a.device == b.device && a.inode == b.inode;
}

std::uint64_t wall_clock_ns() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

// Where a link of /proc leads; empty if that cannot be seen.
std::string target_of(const std::string& link) {
    std::array<char, 256> target;
    const ssize_t length = ::readlink(link.c_str(), target.data(), target.size());
    return length > 0 ? std::string(target.data(), static_cast<std::size_t>(length)) : "";
}

// Whether a path means the same for the process as for this one: no container, no chroot.
bool has_our_names(const std::string& process_directory, const std::string& proc_root) {
    const std::string mounts = target_of(process_directory + "/ns/mnt");
    return !mounts.empty() && mounts == target_of(proc_root + "/self/ns/mnt") &&
           target_of(process_directory + "/root") == target_of(proc_root + "/self/root");
}

} // namespace

Result<ProcessMaps> ProcessMaps::read(std::uint32_t pid, const std::string& proc_root) {
    Result<TextFile> file = read_lines(fmt::format("{}/{}/maps", proc_root, pid), kMostTextBytes);
    if (!file)
        return fail(std::move(file).error());
    ProcessMaps maps = parse(file->text, pid, proc_root);
    maps.is_cut_ = file->is_cut;
    maps.has_our_names_ = has_our_names(maps.process_directory_, proc_root);
    const std::uint64_t now_ns = wall_clock_ns();
    for (Mapping& mapping : maps.mappings_)
        mapping.seen_ns = now_ns;
    return maps;
}

ProcessMaps ProcessMaps::parse(std::string_view text, std::uint32_t pid,
                               const std::string& proc_root) {
    ProcessMaps maps;
    maps.pid_ = pid;
    if (pid != 0)
        maps.process_directory_ = fmt::format("{}/{}", proc_root, pid);
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty())
            continue;
        if (const std::optional<Line> parsed = parse_line(line))
            maps.add(unescape(parsed->path), parsed->mapping);
        else
            ++maps.skipped_lines_;
    }
    maps.drop_surplus();
    maps.sort();
    return maps;
}

ProcessMaps ProcessMaps::of_reading(std::string_view text, const Reading& reading) {
    ProcessMaps maps = parse(text);
    maps.pid_ = reading.pid;
    maps.reading_ = reading;
    maps.has_our_names_ = reading.has_our_names;
    maps.is_cut_ = reading.is_cut;
    for (Mapping& mapping : maps.mappings_)
        mapping.seen_ns = reading.seen_ns;
    return maps;
}

bool ProcessMaps::has(const Mapping& mapping) const {
    const Mapping* here = find(mapping.start);
    return here != nullptr && is_same(*here, mapping);
}

// Many mappings share a path.
void ProcessMaps::add(const std::string_view& path, Mapping mapping) {
    // Of paths that are too many a few bytes are left to look at, and no file is opened by them.
    constexpr std::size_t kLeft = 60;
    std::string text(path);
    if (!paths_.contains(text) && path_bytes_ + text.size() > kMostPathBytes &&
        text.size() > kLeft) {
        text = text.substr(0, kLeft) + "...";
        mapping.path_is_cut = true;
    }
    const auto [kept, is_new] = paths_.insert(std::move(text));
    path_bytes_ += is_new ? kept->size() : 0;
    mapping.path = *kept;
    mappings_.push_back(mapping);
}

void ProcessMaps::drop_surplus() {
    if (mappings_.size() <= kMostMappings)
        return;
    std::stable_partition(mappings_.begin(), mappings_.end(),
                          [](const Mapping& mapping) { return mapping.executable; });
    dropped_mappings_ += mappings_.size() - kMostMappings;
    mappings_.resize(kMostMappings);
    mappings_.shrink_to_fit();
}

void ProcessMaps::sort() {
    std::stable_sort(mappings_.begin(), mappings_.end(),
                     [](const Mapping& a, const Mapping& b) { return a.start < b.start; });
}

std::size_t ProcessMaps::bytes() const {
    constexpr std::size_t kNode = 64; // of the set, about
    return mappings_.capacity() * sizeof(Mapping) + path_bytes_ + paths_.size() * kNode;
}

bool ProcessMaps::is_still_mapped(const Mapping& mapping) const {
    if (process_directory_.empty())
        return false;
    const auto file = read_lines(process_directory_ + "/maps", kMostTextBytes);
    if (!file)
        return false;
    std::string_view text = file->text;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const auto line = parse_line(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line && is_same(line->mapping, mapping))
            return true;
    }
    return false;
}

void ProcessMaps::keep_files_of(const ProcessMaps& former) {
    std::vector<const Mapping*> kept;
    for (const Mapping& old : former.mappings_) {
        const auto after = std::lower_bound(
            mappings_.begin(), mappings_.end(), old.start,
            [](const Mapping& mapping, std::uint64_t start) { return mapping.end <= start; });
        const bool is_free = after == mappings_.end() || after->start >= old.end;
        if (old.inode != 0 && is_free)
            kept.push_back(&old);
    }
    for (const Mapping* old : kept)
        add(old->path, *old);
    drop_surplus();
    sort();
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
    if (!process_directory_.empty())
        found.push_back(
            {fmt::format("{}/map_files/{:x}-{:x}", process_directory_, mapping.start, mapping.end),
             true});
    if (mapping.path_is_cut)
        return found;
    // A name may end in " (deleted)" without being so.
    const std::string path(mapping.path);
    for (const std::string& name :
         mapping.deleted ? std::vector{path, path + " (deleted)"} : std::vector{path}) {
        if (!process_directory_.empty())
            found.push_back({process_directory_ + "/root" + name, false});
        if (has_our_names_)
            found.push_back({name, false});
    }
    return found;
}

} // namespace unfreed
