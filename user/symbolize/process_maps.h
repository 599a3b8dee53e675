// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace unfreed {

// One line of /proc/PID/maps.
struct Mapping {
    std::uint64_t start = 0;
    std::uint64_t end = 0;         // the first address behind it
    std::uint64_t file_offset = 0; // of start
    std::uint64_t inode = 0;       // 0: no file
    std::string path;              // "/usr/bin/x", "[vdso]", "" for anonymous memory
    bool deleted = false;          // the file has no name any more
};

// What a process had mapped at one moment: a copy, which is of use after the process has ended.
class ProcessMaps {
  public:
    // No process: every address is unknown.
    ProcessMaps() = default;

    // Errors: not_found if there is no such process (or it is a kernel thread that ended),
    // permission, io. proc_root: for tests.
    static Result<ProcessMaps> read(std::uint32_t pid, const std::string& proc_root = "/proc");
    // From the text of a maps file. pid and proc_root say where the files of the process can be
    // opened while it lives; pid 0: it does not. Lines that are no mappings are skipped and
    // counted.
    static ProcessMaps parse(std::string_view text, std::uint32_t pid = 0,
                             const std::string& proc_root = "/proc");

    // Adds files that `former`, of the same program at an earlier time, had mapped where now
    // nothing is: stacks from then may lie in a library that was unloaded.
    void keep_files_of(const ProcessMaps& former);

    // nullptr if nothing was mapped there. Valid as long as this object.
    const Mapping* find(std::uint64_t address) const;
    const std::vector<Mapping>& mappings() const { return mappings_; }
    std::size_t skipped_lines() const { return skipped_lines_; }

    // Paths under which the file of a mapping may be found, the surest first: the mapping itself
    // (right even for a deleted file), the root of the process (containers), the plain path.
    // is_certain: whatever is there is the mapped file.
    struct Candidate {
        std::string path;
        bool is_certain = false;
    };
    std::vector<Candidate> candidates(const Mapping& mapping) const;

  private:
    std::vector<Mapping> mappings_; // ascending
    std::string process_directory_; // "/proc/PID", empty: unknown
    std::size_t skipped_lines_ = 0;
};

} // namespace unfreed
