// SPDX-License-Identifier: BSD-2-Clause
// A program or library that any process has mapped.
#include "base/unique_fd.h"
#include "fuzz.h"
#include "symbolize/eh_frame.h"
#include "symbolize/elf_symbols.h"
#include "symbolize/unwind_tables.h"

#include <sys/mman.h>
#include <unistd.h>

using namespace unfreed;

FUZZ(elf, input) {
    const UniqueFd fd(::memfd_create("elf", MFD_CLOEXEC));
    if (::write(fd.get(), input.data(), input.size()) != static_cast<ssize_t>(input.size()))
        return;
    if (const auto symbols = ElfSymbols::load(fd.get(), "elf"))
        for (const std::uint64_t offset : {0U, 0x78U, 0xb0U, 0x1000U, 0x1190U})
            (void)symbols->find(offset);
    if (const auto tables = UnwindTables::load(fd.get())) {
        fuzz::require(!tables->elf().empty() && tables->bytes() < input.size() * 20 + 4096);
        (void)tables->bias_of(0x7f0000000000, 0x1000);
    }
    (void)index_of_eh_frame(fuzz::bytes(input), 0x400000);
}
