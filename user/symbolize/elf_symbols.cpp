// SPDX-License-Identifier: BSD-2-Clause
#include "symbolize/elf_symbols.h"

#include "base/c_ptr.h"
#include "symbolize/demangle.h"

#include <fmt/format.h>
#include <gelf.h>
#include <libelf.h>

#include <algorithm>
#include <limits>

namespace unfreed {
namespace {

using ElfPtr = CPtr<Elf, elf_end>;

std::uint8_t rank_of(unsigned char info) {
    switch (GELF_ST_BIND(info)) {
    case STB_GLOBAL:
        return 0;
    case STB_WEAK:
        return 1;
    default:
        return 2;
    }
}

} // namespace

// Fills an ElfSymbols from an open file.
class ElfSymbols::Reader {
  public:
    explicit Reader(Elf* elf) : elf_(elf) {}

    bool read_segments() {
        std::size_t count = 0;
        if (elf_getphdrnum(elf_, &count) != 0)
            return false;
        for (std::size_t i = 0; i < count; ++i) {
            GElf_Phdr header;
            if (gelf_getphdr(elf_, static_cast<int>(i), &header) == nullptr)
                return false;
            if (header.p_type == PT_LOAD && header.p_filesz != 0)
                out.segments_.push_back({header.p_offset, header.p_vaddr, header.p_filesz});
        }
        return true;
    }

    void read_symbols() {
        for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf_, section)) != nullptr;) {
            GElf_Shdr header;
            if (gelf_getshdr(section, &header) != nullptr && header.sh_entsize != 0 &&
                (header.sh_type == SHT_SYMTAB || header.sh_type == SHT_DYNSYM))
                read_table(section, header);
        }
        std::stable_sort(
            out.symbols_.begin(), out.symbols_.end(), [](const Symbol& a, const Symbol& b) {
                return a.address != b.address ? a.address < b.address : a.rank < b.rank;
            });
        const auto same_address = [](const Symbol& a, const Symbol& b) {
            return a.address == b.address;
        };
        out.symbols_.erase(std::unique(out.symbols_.begin(), out.symbols_.end(), same_address),
                           out.symbols_.end());
        out.symbols_.shrink_to_fit();
    }

    ElfSymbols out;

  private:
    void read_table(Elf_Scn* section, const GElf_Shdr& header) {
        Elf_Data* data = elf_getdata(section, nullptr);
        if (data == nullptr)
            return;
        const std::size_t count = data->d_size / header.sh_entsize;
        for (std::size_t i = 0; i < count && i < std::numeric_limits<int>::max(); ++i) {
            GElf_Sym symbol;
            if (gelf_getsym(data, static_cast<int>(i), &symbol) == nullptr)
                break;
            const int type = GELF_ST_TYPE(symbol.st_info);
            if ((type != STT_FUNC && type != STT_GNU_IFUNC) || symbol.st_shndx == SHN_UNDEF ||
                symbol.st_value == 0)
                continue;
            const char* name = elf_strptr(elf_, header.sh_link, symbol.st_name);
            if (name == nullptr || *name == '\0' ||
                out.names_.size() > std::numeric_limits<std::uint32_t>::max() / 2)
                continue;
            out.symbols_.push_back({symbol.st_value, symbol.st_size,
                                    static_cast<std::uint32_t>(out.names_.size()),
                                    rank_of(symbol.st_info)});
            out.names_.append(name).push_back('\0');
        }
    }

    Elf* elf_;
};

Result<ElfSymbols> ElfSymbols::load(int fd, std::string_view name_for_errors) {
    const auto malformed = [&] {
        return fail(Errc::malformed, fmt::format("{}: not a readable ELF file: {}", name_for_errors,
                                                 elf_errmsg(-1)));
    };
    if (elf_version(EV_CURRENT) == EV_NONE)
        return fail(Errc::internal, "libelf is older than this program");
    // Read, not mapped: a file that is cut while it is mapped would kill this process.
    const ElfPtr elf(elf_begin(fd, ELF_C_READ, nullptr));
    if (!elf || elf_kind(elf.get()) != ELF_K_ELF)
        return malformed();
    Reader reader(elf.get());
    if (!reader.read_segments())
        return malformed();
    reader.read_symbols();
    return std::move(reader.out);
}

std::optional<ElfSymbols::Found> ElfSymbols::find(std::uint64_t file_offset) const {
    // Symbols have the addresses that the file was linked for; segments tell where those are in it.
    const auto segment =
        std::find_if(segments_.begin(), segments_.end(), [file_offset](const Segment& candidate) {
            return file_offset >= candidate.file_offset &&
                   file_offset - candidate.file_offset < candidate.size;
        });
    if (segment == segments_.end())
        return std::nullopt;
    const std::uint64_t address = file_offset - segment->file_offset + segment->address;
    const auto after =
        std::upper_bound(symbols_.begin(), symbols_.end(), address,
                         [](std::uint64_t a, const Symbol& symbol) { return a < symbol.address; });
    if (after == symbols_.begin())
        return std::nullopt;
    const Symbol& symbol = *(after - 1);
    if (symbol.size != 0 && address - symbol.address >= symbol.size)
        return std::nullopt;
    if (symbol.address < segment->address) // belongs to another part of the file
        return std::nullopt;
    return Found{demangle(names_.data() + symbol.name),
                 symbol.address - segment->address + segment->file_offset};
}

} // namespace unfreed
