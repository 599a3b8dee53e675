// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/unique_fd.h"
#include "names/local_mounts.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace unfreed::names {

enum class OpenStatus : std::uint8_t {
    ok,
    gone,      // the process has ended, or is another one by now
    not_found, // or may not be opened
    other,     // not the file that was mapped, or none that has names: no regular ELF file
    not_local, // on a file system that may not answer
};

// A mapped file, as a line of /proc/PID/maps describes it, and whose it is (ProcessMaps::Reading).
struct FileQuestion {
    std::uint32_t pid = 0;
    std::uint64_t started = 0;
    bool has_our_names = false;
    std::uint64_t start = 0;
    std::uint64_t end = 0;
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::string path;                  // empty: unknown
    bool may_be_named_deleted = false; // the path may end in " (deleted)" besides
};

struct FileAnswer {
    OpenStatus status = OpenStatus::gone;
    bool is_certain = false;     // what is mapped there now
    bool others_numbers = false; // the file system shows other devices in maps than in stat()
    UniqueFd fd;                 // only if ok
};

struct MapsAnswer {
    OpenStatus status = OpenStatus::gone;
    std::uint64_t started = 0;
    std::uint64_t seen_ns = 0;  // of the wall clock: not later than this
    bool has_our_names = false; // its paths are ours: the same root, the same mounts
    bool is_cut = false;        // there is more
    std::string text;
};

// Texts of the kernel that are read whole.
enum class KernelText : std::uint8_t {
    mountinfo, // of the process `number`; 0: of this one
    exports,   // of nfsd
    swaps,
    partitions,
    loop_file, // what is behind the loop device `number`
};

struct TextAnswer {
    OpenStatus status = OpenStatus::not_found;
    bool is_cut = false; // there is more
    std::string text;
};

// Opens files that other processes choose, as root, without doing harm by it: nothing is opened for
// reading before it is known to be a regular file on a local file system. A process is taken by its
// directory in /proc, which is that process's for ever, whoever has its number later.
class SafeOpener {
  public:
    SafeOpener();

    MapsAnswer maps(std::uint32_t pid);
    FileAnswer file(const FileQuestion& question);
    TextAnswer text(KernelText which, std::uint32_t number);
    // Of the file system that this path leads to, as the kernel has it (major << 20 | minor): links
    // are followed, and a file system that does not answer is waited for. nullopt: there is no such
    // file.
    static std::optional<std::uint32_t> device(const std::string& path);

  private:
    bool is_local(int fd, int process);
    void refresh(int process);
    FileAnswer open_names(const FileQuestion& question, int root, int process);
    FileAnswer open_path(const FileQuestion& question, std::string_view path, int root,
                         int process);
    FileAnswer open_checked(const FileQuestion& question, int place, bool is_certain, int process);
    std::string text_of(int directory, const char* name, std::size_t most, bool& cut);

    std::string own_mounts_; // name of the mount namespace
    LocalMounts mounts_;
    std::uint64_t memory_device_ = 0;  // of memfd files: their mount is in no list
    std::uint64_t mounts_read_ns_ = 0; // when they were last read anew
};

} // namespace unfreed::names
