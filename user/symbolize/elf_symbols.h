// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace unfreed {

class ElfFile;

// The functions of one ELF file, from .symtab and .dynsym. A copy: the file is not kept open.
class ElfSymbols {
  public:
    struct Found {
        std::string function;    // demangled
        std::uint64_t start = 0; // of the function, as an offset in the file
    };

    // fd: open for reading, borrowed for the call. A file without symbols is no error. Errors:
    // malformed if it is no ELF file or its program headers are broken; limit if it has no table of
    // symbols but one that is too large; io.
    static Result<ElfSymbols> load(int fd, std::string_view name_for_errors);

    // The function at this offset in the file; nullopt if there is none.
    std::optional<Found> find(std::uint64_t file_offset) const;
    bool empty() const { return symbols_.empty(); }
    // Of memory.
    std::size_t bytes() const;

  private:
    struct Segment { // loaded part of the file
        std::uint64_t file_offset = 0;
        std::uint64_t address = 0;
        std::uint64_t size = 0;
    };
    struct Symbol {
        std::uint64_t address = 0;
        std::uint64_t size = 0; // 0: up to the next symbol
        std::uint32_t name = 0; // where it starts in names_
        std::uint8_t rank = 0;  // among names of one address: lower is better
    };

    class Reader;
    std::string_view name_of(const Symbol& symbol) const;

    std::vector<Segment> segments_;
    std::vector<Symbol> symbols_; // ascending by address
    std::vector<char> names_;     // the string tables as they are in the file, a 0 behind each
};

} // namespace unfreed
