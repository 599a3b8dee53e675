// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "model/report.h"
#include "symbolize/elf_symbols.h"
#include "symbolize/file_cache.h"
#include "symbolize/process_maps.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace unfreed {

// Names the functions of user stacks. Keeps the symbols of the files it has opened, so one object
// serves all processes. For one thread.
class UserSymbolizer {
  public:
    explicit UserSymbolizer(std::shared_ptr<MappedFiles> source = std::make_shared<MappedFiles>());

    // addresses: innermost first, as bpf_get_stack gives them. One frame each, in order:
    // - function known: function (demangled) and the offset in it, module = path of the file;
    // - only the mapping known: offset in the file, module = its path ("[vdso]" and its like, or
    //   "[anon]" for code in no file, as a JIT makes it: then the offset is that in the mapping);
    // - nothing known (process gone): the address alone.
    // The first address is where the process was, all others are return addresses, whose function
    // is the one that contains the byte before them (a call can be the last thing in a function).
    // A file that is no longer the one that was mapped gives no names rather than wrong ones.
    std::vector<Frame> symbolize(std::span<const std::uint64_t> addresses, const ProcessMaps& maps);

    // Files that could not be opened or understood, or had been replaced; those of them whose
    // tables of symbols are too large.
    std::size_t unreadable_files() const { return files_.failed(); }
    std::size_t too_large_files() const { return too_large_files_; }

  private:
    FileCache<ElfSymbols>::Pointer symbols_of(const Mapping& mapping, const ProcessMaps& maps);
    FileCache<ElfSymbols>::Pointer load(const MappedFile& file, const Mapping& mapping);
    Frame frame_of(std::uint64_t address, std::uint64_t looked_up, const ProcessMaps& maps);

    FileCache<ElfSymbols> files_;
    std::size_t too_large_files_ = 0;
};

} // namespace unfreed
