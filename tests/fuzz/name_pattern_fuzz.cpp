// SPDX-License-Identifier: BSD-2-Clause
// Names and directories of files, and what they have in common.
#include "analyze/name_pattern.h"
#include "fuzz.h"

#include <string>

using namespace unfreed;

FUZZ(name_pattern, input) {
    const std::string_view text = fuzz::text(input);
    const std::string_view first = text.substr(0, text.size() / 2);
    const std::string_view second = text.substr(text.size() / 2);
    const std::string name = name_pattern(text);
    const std::string path = path_pattern(text);
    (void)common_path(first, second);
    (void)common_pattern({first, second, name});
    (void)common_directory({first, second, path});
}
