// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace unfreed::testing {

// Makes a small ELF file with known symbols: one text segment of 0x1000 bytes at file offset
// 0x1000, linked for load_address.
struct TinyElf {
    struct Symbol {
        std::string name;
        std::uint64_t address = 0;
        std::uint64_t size = 0;
        unsigned char bind = 1; // STB_GLOBAL
        unsigned char type = 2; // STT_FUNC
    };

    std::uint64_t load_address = 0x401000; // like a program that is not position independent
    std::vector<Symbol> symbols;

    std::string bytes() const;
    // Writes the file and gives its inode.
    std::uint64_t write(const std::string& path) const;
};

} // namespace unfreed::testing
