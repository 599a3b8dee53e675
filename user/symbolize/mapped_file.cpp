// SPDX-License-Identifier: BSD-2-Clause
#include "symbolize/mapped_file.h"

#include <fcntl.h>
#include <sys/stat.h>

namespace unfreed {
namespace {

// Only a regular file: opening a FIFO or a device could wait for ever or do harm.
UniqueFd open_candidate(const ProcessMaps::Candidate& candidate, std::uint64_t inode) {
    UniqueFd fd(::open(candidate.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    struct stat info {};
    if (!fd || ::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode))
        return {};
    if (!candidate.is_certain && info.st_ino != inode)
        return {};
    return fd;
}

} // namespace

UniqueFd open_mapped_file(const ProcessMaps& maps, const Mapping& mapping) {
    for (const ProcessMaps::Candidate& candidate : maps.candidates(mapping))
        if (UniqueFd fd = open_candidate(candidate, mapping.inode))
            return fd;
    return {};
}

} // namespace unfreed
