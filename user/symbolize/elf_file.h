// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace unfreed {

// The headers of an ELF file of this machine's byte order, and pieces of the file. The file is
// anybody's: it may be sparse, be cut or written to at any time. So it is read and never mapped (a
// page that is gone would kill this process), and nothing is read that has no ceiling.
class ElfFile {
  public:
    struct Segment {
        std::uint32_t type = 0;
        std::uint64_t offset = 0; // in the file
        std::uint64_t address = 0;
        std::uint64_t file_bytes = 0;
        std::uint64_t memory_bytes = 0;
    };
    struct Section {
        std::uint32_t name = 0; // where it starts in section_names()
        std::uint32_t type = 0;
        std::uint32_t link = 0;
        std::uint64_t flags = 0;
        std::uint64_t address = 0;
        std::uint64_t offset = 0;
        std::uint64_t bytes = 0;
        std::uint64_t entry_bytes = 0;
    };

    // fd: borrowed, has to stay open as long as this object. Errors: malformed (no ELF file, or
    // what its header promises is not there), limit (too many segments), io.
    static Result<ElfFile> open(int fd);

    std::uint16_t machine() const { return machine_; }
    std::uint16_t type() const { return type_; } // ET_EXEC, ET_DYN
    bool is_64_bit() const { return is_64_bit_; }
    const std::vector<Segment>& segments() const { return segments_; }
    // Empty if there are none, or their table cannot be read: a program runs without.
    const std::vector<Section>& sections() const { return sections_; }

    // An empty section if there is none.
    Section section_names() const;

    // Errors: malformed if the file is shorter, io.
    Result<> read(std::uint64_t offset, std::span<std::byte> into) const;
    // Errors: limit if it is more than this, without reading; as read().
    Result<std::vector<std::byte>> piece(std::uint64_t offset, std::uint64_t bytes,
                                         std::uint64_t most_bytes) const;

  private:
    explicit ElfFile(int fd) : fd_(fd) {}
    template <class Header, class Program, class SectionHeader>
    Result<> read_headers();

    int fd_;
    std::uint64_t file_bytes_ = 0;
    std::uint16_t machine_ = 0;
    std::uint16_t type_ = 0;
    bool is_64_bit_ = false;
    std::size_t section_names_ = 0; // its number
    std::vector<Segment> segments_;
    std::vector<Section> sections_;
};

} // namespace unfreed
