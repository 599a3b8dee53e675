// SPDX-License-Identifier: BSD-2-Clause
// The kernel's own count of dentries: /proc/sys/fs/dentry-state.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace unfreed {

// The six fields of the file. Sums of counters of each CPU, read while they move.
struct DentryState {
    std::int64_t dentries = 0;
    std::int64_t unused = 0; // on an LRU list
    std::int64_t age_limit_s = 0;
    std::int64_t want_pages = 0;
    std::int64_t negative = 0; // of the unused ones; 0 before 5.0, which did not count them
    std::int64_t reserved = 0;

    // Fails with Errc::malformed unless there are exactly six numbers.
    static Result<DentryState> parse(std::string_view text);
    // Fails with not_found, permission, io or malformed.
    static Result<DentryState> read(const std::string& path = "/proc/sys/fs/dentry-state");
};

} // namespace unfreed
