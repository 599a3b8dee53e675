// SPDX-License-Identifier: BSD-2-Clause
// Where a path leads, found once and kept hold of: what others do to the path later changes
// nothing.
#pragma once

#include "base/result.h"
#include "base/unique_fd.h"

#include <sys/stat.h>

#include <optional>
#include <string>

namespace unfreed {

struct Place {
    UniqueFd directory;            // O_PATH
    std::string name;              // in it; no symbolic link, and not empty
    std::optional<struct stat> at; // what is there; none: nothing
    UniqueFd file;                 // O_PATH, of what is there
    int own_fd = -1;               // the path means this open descriptor of ours (/dev/stdout)
};

// Follows the path, symbolic links included, as long as they can be trusted. A root tool that
// follows a link writes where the link's owner wants, so a link must belong to root or to the
// caller; the kernel asks for less (fs.protected_symlinks), and often not even for that. Likewise a
// file or FIFO of somebody else in a sticky directory that all may write to is refused, as
// fs.protected_regular and protected_fifos do: he would read, or take away, what is written.
Result<Place> find_place(const std::string& path);

} // namespace unfreed
