// SPDX-License-Identifier: BSD-2-Clause
// What names that a program makes up have in common.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace unfreed {

// The name with the parts that change from one to the next replaced: "<uuid>", "<hex>" (8 digits or
// more, letters among them), "<random>" (as mkstemp() makes them), "<N>" (any other number).
// ".7261_dOeSnotExist_.db" is ".<N>_dOeSnotExist_.db". Words stay.
std::string name_pattern(std::string_view name);

// The same of each name of a path.
std::string path_pattern(std::string_view path);

// Of two paths of one pattern: names that are equal as they are, the others as patterns.
std::string common_path(std::string_view a, std::string_view b);

// What several patterns have in common: the same beginning and end, "*" between; "*" if nothing.
std::string common_pattern(const std::vector<std::string_view>& patterns);

// The deepest directory above all these paths, with "/**" behind it; the path itself if all are
// equal. Empty paths are left out.
std::string common_directory(const std::vector<std::string_view>& paths);

} // namespace unfreed
