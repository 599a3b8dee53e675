// SPDX-License-Identifier: BSD-2-Clause
#include "symbolize/elf_symbols.h"

#include "symbolize/demangle.h"
#include "symbolize/elf_file.h"

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <span>

namespace unfreed {
namespace {

// The largest program of a distribution has a table of 10 MiB; one of 64 MiB has 2.8 million
// symbols. A table in a hole of a sparse file costs nothing on the disk, so these are absolute.
constexpr std::uint64_t kMostSymbolBytes = 64 * 1024 * 1024;
constexpr std::uint64_t kMostNameBytes = 128 * 1024 * 1024;
constexpr std::size_t kSymbolsAtOnce = 4096;

std::uint8_t rank_of(unsigned char info) {
    switch (ELF64_ST_BIND(info)) { // the same for 32 bits
    case STB_GLOBAL:
        return 0;
    case STB_WEAK:
        return 1;
    default:
        return 2;
    }
}

template <class Entry>
bool is_function(const Entry& symbol) {
    const int type = ELF64_ST_TYPE(symbol.st_info);
    return (type == STT_FUNC || type == STT_GNU_IFUNC) && symbol.st_shndx != SHN_UNDEF &&
           symbol.st_value != 0;
}

} // namespace

// Fills an ElfSymbols from an open file.
class ElfSymbols::Reader {
  public:
    explicit Reader(const ElfFile& file) : file_(file) {
        for (const ElfFile::Segment& one : file.segments())
            if (one.type == PT_LOAD && one.file_bytes != 0)
                out.segments_.push_back({one.offset, one.address, one.file_bytes});
    }

    // There is at most one table of each type.
    void read_symbols() {
        for (const std::uint32_t type : {std::uint32_t{SHT_SYMTAB}, std::uint32_t{SHT_DYNSYM}}) {
            const auto& sections = file_.sections();
            const auto found =
                std::find_if(sections.begin(), sections.end(),
                             [type](const ElfFile::Section& one) { return one.type == type; });
            if (found != sections.end())
                read_table(*found);
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
    bool is_too_large = false; // a table was

  private:
    void read_table(const ElfFile::Section& section) {
        if (section.link >= file_.sections().size() || (section.flags & SHF_COMPRESSED) != 0)
            return;
        const ElfFile::Section& names = file_.sections()[section.link];
        if (section.bytes > kMostSymbolBytes || names.bytes > kMostNameBytes) {
            is_too_large = true;
            return;
        }
        const std::size_t names_start = out.names_.size();
        if (names.type != SHT_STRTAB || !read_names(names))
            return;
        if (file_.is_64_bit())
            read_entries<Elf64_Sym>(section, names_start);
        else
            read_entries<Elf32_Sym>(section, names_start);
    }

    bool read_names(const ElfFile::Section& section) {
        const auto text = file_.piece(section.offset, section.bytes, kMostNameBytes);
        if (!text)
            return false;
        const std::size_t start = out.names_.size();
        out.names_.resize(start + text->size() + 1);
        if (!text->empty())
            std::memcpy(out.names_.data() + start, text->data(), text->size());
        return true;
    }

    template <class Entry>
    void read_entries(const ElfFile::Section& section, std::size_t names_start) {
        if (section.entry_bytes != sizeof(Entry))
            return;
        std::vector<Entry> entries(kSymbolsAtOnce);
        for (std::uint64_t at = 0; at + sizeof(Entry) <= section.bytes;) {
            entries.resize(
                std::min<std::uint64_t>(kSymbolsAtOnce, (section.bytes - at) / sizeof(Entry)));
            const auto bytes = std::as_writable_bytes(std::span(entries));
            if (!file_.read(section.offset + at, bytes))
                return;
            at += bytes.size();
            for (const Entry& entry : entries)
                add(entry, names_start);
        }
    }

    template <class Entry>
    void add(const Entry& entry, std::size_t names_start) {
        if (!is_function(entry) || entry.st_name >= out.names_.size() - names_start)
            return;
        const std::size_t name = names_start + entry.st_name;
        if (out.names_[name] != '\0')
            out.symbols_.push_back({entry.st_value, entry.st_size, static_cast<std::uint32_t>(name),
                                    rank_of(entry.st_info)});
    }

    const ElfFile& file_;
};

Result<ElfSymbols> ElfSymbols::load(int fd, std::string_view name_for_errors) {
    auto file = ElfFile::open(fd);
    if (!file)
        return fail(std::move(file).error().with_context(name_for_errors));
    Reader reader(*file);
    reader.read_symbols();
    if (reader.out.empty() && reader.is_too_large)
        return fail(Errc::limit,
                    std::string(name_for_errors) + ": its table of symbols is too large");
    return std::move(reader.out);
}

std::size_t ElfSymbols::bytes() const {
    return segments_.size() * sizeof(Segment) + symbols_.size() * sizeof(Symbol) + names_.size();
}

std::string_view ElfSymbols::name_of(const Symbol& symbol) const {
    // One more than the longest that is shown, which tells that there is more.
    const std::size_t most = std::min(names_.size() - symbol.name, kLongestFunctionName + 1);
    const char* name = names_.data() + symbol.name;
    return {name, ::strnlen(name, most)};
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
    return Found{demangle(name_of(symbol)),
                 symbol.address - segment->address + segment->file_offset};
}

} // namespace unfreed
