// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace unfreed {

// One line of /proc/PID/maps.
struct Mapping {
    std::uint64_t start = 0;
    std::uint64_t end = 0;         // the first address behind it
    std::uint64_t file_offset = 0; // of start
    std::uint64_t device = 0;      // as st_dev of stat(), but of the file system, not of its part
    std::uint64_t inode = 0;       // 0: no file
    std::uint64_t seen_ns = 0; // when it was read, of the wall clock as files have it; 0: unknown
    std::string_view path;     // "/usr/bin/x", "[vdso]", "" for anonymous memory
    bool deleted = false;      // the file has no name any more, or one that ends in " (deleted)"
    bool executable = false;
    bool path_is_cut = false;
};

// What a process had mapped at one moment: a copy, which is of use after the process has ended. A
// process may have as many mappings of files with as long names as it likes: there is a ceiling to
// what is read and to what is kept, and what is not kept is counted.
class ProcessMaps {
  public:
    static constexpr std::size_t kMostTextBytes = 16 * 1024 * 1024;
    static constexpr std::size_t kMostMappings = 4096;
    static constexpr std::size_t kMostPathBytes = 512 * 1024; // of all different paths

    // No process: every address is unknown.
    ProcessMaps() = default;
    // Mappings refer to paths_, which keeps its place when moved.
    ProcessMaps(ProcessMaps&&) = default;
    ProcessMaps& operator=(ProcessMaps&&) = default;

    // Errors: not_found if there is no such process (or it is a kernel thread that ended),
    // permission, io. proc_root: for tests.
    static Result<ProcessMaps> read(std::uint32_t pid, const std::string& proc_root = "/proc");
    // From the text of a maps file. pid and proc_root say where the files of the process can be
    // opened while it lives; pid 0: it does not. Lines that are no mappings are skipped and
    // counted.
    static ProcessMaps parse(std::string_view text, std::uint32_t pid = 0,
                             const std::string& proc_root = "/proc");

    // The same of what another process has read, and what it must be told to open the files.
    struct Reading {
        std::uint32_t pid = 0;
        std::uint64_t started = 0; // field 22 of /proc/PID/stat
        std::uint64_t seen_ns = 0;
        bool has_our_names = false;
        bool is_cut = false;
    };
    static ProcessMaps of_reading(std::string_view text, const Reading& reading);
    const Reading& reading() const { return reading_; }

    // Adds files that `former`, of the same program at an earlier time, had mapped where now
    // nothing is: stacks from then may lie in a library that was unloaded.
    void keep_files_of(const ProcessMaps& former);

    // nullptr if nothing was mapped there. Valid as long as this object.
    const Mapping* find(std::uint64_t address) const;
    const std::vector<Mapping>& mappings() const { return mappings_; }
    std::uint32_t pid() const { return pid_; }
    std::size_t skipped_lines() const { return skipped_lines_; }
    // Not kept: what is no code goes first.
    std::size_t dropped_mappings() const { return dropped_mappings_; }
    // There were more lines than were read.
    bool is_cut() const { return is_cut_; }
    // Of memory.
    std::size_t bytes() const;

    // Paths under which the file of a mapping may be found, the surest first: the mapping itself
    // (right even for a deleted file), the root of the process (containers), the plain path, unless
    // the process is known to have had other mounts.
    // is_certain: what is there is what is mapped now, if is_still_mapped().
    struct Candidate {
        std::string path;
        bool is_certain = false;
    };
    std::vector<Candidate> candidates(const Mapping& mapping) const;

    // Whether the process has the same file mapped at the same place now: after an exec or when the
    // number is another process's something else is there. Reads all that is mapped.
    bool is_still_mapped(const Mapping& mapping) const;
    // Whether this mapping is here.
    bool has(const Mapping& mapping) const;

  private:
    void add(const std::string_view& path, Mapping mapping);
    void drop_surplus();
    void sort();

    std::vector<Mapping> mappings_; // ascending
    std::unordered_set<std::string> paths_;
    std::size_t path_bytes_ = 0;
    std::string process_directory_; // "/proc/PID", empty: unknown
    std::uint32_t pid_ = 0;
    bool has_our_names_ = true; // its paths mean here what they mean there
    std::size_t skipped_lines_ = 0;
    std::size_t dropped_mappings_ = 0;
    bool is_cut_ = false;
    Reading reading_;
};

} // namespace unfreed
