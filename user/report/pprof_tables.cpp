// SPDX-License-Identifier: BSD-2-Clause
#include "report/pprof_tables.h"

#include "base/utf8.h"
#include "report/call_path.h"

#include <algorithm>

namespace unfreed {
namespace {

// Entries of a map by their number.
template <class Map>
auto by_number(const Map& map) {
    std::vector<const typename Map::value_type*> entries;
    entries.reserve(map.size());
    for (const auto& entry : map)
        entries.push_back(&entry);
    std::sort(entries.begin(), entries.end(),
              [](const auto* a, const auto* b) { return a->second < b->second; });
    return entries;
}

// As perf calls the kernel: what follows the bracket is the symbol that its addresses are
// relative to.
std::string file_of(const Frame& frame, bool kernel) {
    if (!kernel)
        return frame.module;
    return frame.module.empty() || frame.module == "vmlinux" ? "[kernel.kallsyms]_text"
                                                             : "[" + frame.module + "]";
}

} // namespace

std::int64_t PprofTables::string(std::string_view text) {
    const auto next = static_cast<std::int64_t>(strings_.size());
    return strings_.try_emplace(escape_for_terminal(text), next).first->second;
}

std::uint64_t PprofTables::function(std::string_view name, std::string_view file) {
    return functions_.try_emplace({string(name), string(file)}, functions_.size() + 1)
        .first->second;
}

std::uint64_t PprofTables::location(Location location) {
    return locations_.try_emplace(std::move(location), locations_.size() + 1).first->second;
}

std::uint64_t PprofTables::location(std::string_view name) {
    return location(Location{0, 0, {{function(name, ""), 0}}});
}

std::uint64_t PprofTables::mapping(const Frame& frame, bool kernel) {
    const std::string file = file_of(frame, kernel);
    if (file.empty())
        return 0;
    const auto [known, is_new] = mapping_of_.try_emplace(file, mappings_.size() + 1);
    if (is_new)
        mappings_.push_back({string(file), frame.address, frame.address + 1});
    Mapping& mapping = mappings_[known->second - 1];
    mapping.start = std::min(mapping.start, frame.address);
    mapping.end = std::max(mapping.end, frame.address + 1);
    return known->second;
}

PprofTables::Line PprofTables::line_of(const Frame& frame) {
    return {function(frame_name(frame), frame.file), frame.line.value_or(0)};
}

void PprofTables::add_stack(std::span<const Frame> stack, bool kernel,
                            std::vector<std::uint64_t>& ids) {
    std::vector<Line> lines;
    for (std::size_t i = 0; i < stack.size(); ++i) {
        const Frame& frame = stack[i];
        lines.push_back(line_of(frame));
        if (frame.inlined && i + 1 < stack.size())
            continue;
        ids.push_back(
            location(Location{mapping(frame, kernel), frame.address, std::exchange(lines, {})}));
    }
}

void PprofTables::write(protozero::pbf_writer& profile) const {
    for (std::size_t i = 0; i < mappings_.size(); ++i) {
        protozero::pbf_writer mapping(profile, pprof::kMapping);
        mapping.add_uint64(1, i + 1);
        mapping.add_uint64(2, mappings_[i].start);
        mapping.add_uint64(3, mappings_[i].end);
        mapping.add_int64(5, mappings_[i].file);
        mapping.add_bool(7, true); // has_functions: nobody need look for names again
    }
    for (const auto* entry : by_number(locations_)) {
        protozero::pbf_writer location(profile, pprof::kLocation);
        location.add_uint64(1, entry->second);
        if (entry->first.mapping != 0)
            location.add_uint64(2, entry->first.mapping);
        location.add_uint64(3, entry->first.address);
        for (const Line& one : entry->first.lines) {
            protozero::pbf_writer line(location, 4);
            line.add_uint64(1, one.function);
            line.add_int64(2, one.line);
        }
    }
    for (const auto* entry : by_number(functions_)) {
        protozero::pbf_writer function(profile, pprof::kFunction);
        function.add_uint64(1, entry->second);
        function.add_int64(2, entry->first.first);
        function.add_int64(3, entry->first.first);
        function.add_int64(4, entry->first.second);
    }
    for (const auto* entry : by_number(strings_))
        profile.add_string(pprof::kString, entry->first);
}

} // namespace unfreed
