// SPDX-License-Identifier: BSD-2-Clause
// A directory on a file system that caches names as a disk does: tmpfs pins the files that exist
// and forgets at once that others do not.
#pragma once

#include <string>

namespace unfreed::e2e {

// Fresh, below UNFREED_DISK, else TMPDIR, else /tmp. It is held open, so that its own dentry stays.
struct DiskDir {
    DiskDir();
    ~DiskDir();
    DiskDir(const DiskDir&) = delete;
    DiskDir& operator=(const DiskDir&) = delete;

    std::string path;    // empty: there is none here
    std::string problem; // why
    int fd = -1;
};

// Asks the kernel to free the dentries and inodes that nobody uses.
bool drop_dentries();

} // namespace unfreed::e2e
