// SPDX-License-Identifier: BSD-2-Clause
#include "disk_dir.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace unfreed::e2e {
namespace {

std::string parent_directory() {
    for (const char* name : {"UNFREED_DISK", "TMPDIR"})
        if (const char* value = std::getenv(name))
            return value;
    return "/tmp";
}

bool on_tmpfs(const std::string& path) {
    struct statfs fs {};
    return ::statfs(path.c_str(), &fs) != 0 || fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC;
}

} // namespace

DiskDir::DiskDir() {
    const std::string parent = parent_directory();
    if (on_tmpfs(parent)) {
        problem = parent + " is on tmpfs: name a directory on a disk in UNFREED_DISK";
        return;
    }
    std::string name = parent + "/unfreed-e2e-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) {
        problem = "cannot make a directory in " + parent;
        return;
    }
    path = name;
    fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

DiskDir::~DiskDir() {
    if (fd >= 0)
        ::close(fd);
    std::error_code ignored;
    if (!path.empty())
        std::filesystem::remove_all(path, ignored);
}

bool drop_dentries() {
    std::ofstream file("/proc/sys/vm/drop_caches");
    file << "2" << std::flush;
    return static_cast<bool>(file);
}

} // namespace unfreed::e2e
