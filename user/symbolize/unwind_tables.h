// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace unfreed {

class ElfFile;

// The unwind tables of one program or library: its .eh_frame, with an index made here, in an ELF
// file that has nothing else. libdw gets this and never the file: it would map what others may cut
// meanwhile, unpack whatever is packed, go through a table that has no index from start to end for
// each process, and follow instructions of any number.
class UnwindTables {
  public:
    // fd: open for reading, borrowed for the call. Errors: malformed (no ELF file of 64 bits, no
    // tables, or broken ones), limit, io.
    static Result<UnwindTables> load(int fd);

    // What to add to the addresses of the file in a process that has this part of it mapped at
    // `start`; nullopt: that is no part of the program.
    std::optional<std::uint64_t> bias_of(std::uint64_t start, std::uint64_t file_offset) const;
    // The program in memory, as the file has it: the page it starts at, and behind its end.
    std::uint64_t first_address() const { return first_address_; }
    std::uint64_t end_address() const { return end_address_; }

    const std::vector<std::byte>& elf() const { return elf_; }
    std::size_t bytes() const { return elf_.capacity() + segments_.size() * sizeof(Segment); }

  private:
    struct Segment { // loaded part of the file
        std::uint64_t offset = 0;
        std::uint64_t address = 0;
        std::uint64_t bytes = 0;
    };

    Result<> read_segments(const ElfFile& file);

    std::vector<Segment> segments_;
    std::uint64_t first_address_ = 0;
    std::uint64_t end_address_ = 0;
    std::vector<std::byte> elf_;
};

} // namespace unfreed
