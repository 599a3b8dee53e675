// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/unique_fd.h"
#include "symbolize/process_maps.h"

#include <compare>
#include <cstdint>

namespace unfreed {

// What tells a file from every other, and from itself with another content. A path and an inode
// number do not: numbers are used again at once, and every tmpfs begins with the same.
struct FileIdentity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint64_t bytes = 0;
    std::uint64_t modified_ns = 0; // may be set by who owns the file
    std::uint64_t changed_ns = 0;  // may not: any change of content, owner, names

    auto operator<=>(const FileIdentity&) const = default;
};

struct MappedFile {
    UniqueFd fd; // for reading
    FileIdentity identity;
    // By the numbers of the mapping alone: they are that file's from changed_ns to checked_ns.
    bool has_numbers_of_mapping = false;
    std::uint64_t checked_ns = 0; // of the wall clock

    explicit operator bool() const { return static_cast<bool>(fd); }
};

// Opens the file that was mapped. Empty if it cannot be found any more: what is not surely the
// file that was mapped, or was changed since, is not opened, and neither is what is no regular
// file.
MappedFile open_mapped_file(const ProcessMaps& maps, const Mapping& mapping);

// The same of a file that somebody else has opened. is_certain: it is what the process has mapped
// there now. others_numbers: its file system shows other devices in maps than in stat().
MappedFile accept_mapped_file(UniqueFd fd, const Mapping& mapping, bool is_certain,
                              bool others_numbers);

// Whether it is still what it was when it was opened.
bool is_unchanged(const MappedFile& file);

// Where the files of processes come from: this process opens them itself, or has them opened
// (names/namer.cpp).
class MappedFiles {
  public:
    MappedFiles() = default;
    MappedFiles(const MappedFiles&) = delete;
    MappedFiles& operator=(const MappedFiles&) = delete;
    virtual ~MappedFiles() = default;

    // Empty if it is not to be had.
    virtual MappedFile open(const ProcessMaps& maps, const Mapping& mapping) {
        return open_mapped_file(maps, mapping);
    }
    // The file of this mapping is worked on from now on: if that never ends, it is its fault.
    // nullptr: several files of the process.
    virtual void work_on(const Mapping*) {}
};

} // namespace unfreed
