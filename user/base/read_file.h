// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.h"

#include <cstddef>
#include <string>

namespace unfreed {

// More than any file of /proc and /sys that this program reads whole has: /proc/kallsyms of a
// kernel with everything built in is some 20 MiB.
constexpr std::size_t kLargestText = 64 * 1024 * 1024;

struct TextFile {
    std::string text;
    bool is_cut = false; // there was more
};

// The whole content of a file. Made for /proc and /sys, where the size is not known before and a
// file must be read to its end in one go. Fails with not_found, permission, io, or limit: what is
// longer is not read to its end.
Result<std::string> read_file(const std::string& path, std::size_t most_bytes = kLargestText);

// The first whole lines of a file, as many as go into most_bytes: for text that any process can
// make as long as it likes. Fails with not_found, permission or io.
Result<TextFile> read_lines(const std::string& path, std::size_t most_bytes);

} // namespace unfreed
