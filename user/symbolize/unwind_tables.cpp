// SPDX-License-Identifier: BSD-2-Clause
#include "symbolize/unwind_tables.h"

#include "symbolize/eh_frame.h"
#include "symbolize/elf_file.h"

#include <elf.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <span>
#include <string_view>

namespace unfreed {
namespace {

// A browser has some 15 MiB.
constexpr std::uint64_t kMostTableBytes = 32 * 1024 * 1024;
constexpr std::uint64_t kMostNameBytes = 1024 * 1024;
constexpr std::uint64_t kPage = 4096;
constexpr std::string_view kName = ".eh_frame";

struct Place { // of a table, in the file
    std::uint64_t address = 0;
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
};

bool is_loaded(const ElfFile::Segment& segment) {
    return segment.type == PT_LOAD && segment.memory_bytes != 0;
}

// The index that the program itself would use says where the table is, but not how long.
std::optional<Place> place_by_index(const ElfFile& file) {
    const auto& segments = file.segments();
    const auto index =
        std::find_if(segments.begin(), segments.end(), [](const ElfFile::Segment& segment) {
            return segment.type == PT_GNU_EH_FRAME;
        });
    struct {
        std::uint8_t version, encoding, count, table;
        std::int32_t table_address;
    } header;
    if (index == segments.end() ||
        !file.read(index->offset, std::as_writable_bytes(std::span(&header, 1))) ||
        header.version != 1 || header.encoding != 0x1b) // 4 bytes, signed, from where they are
        return std::nullopt;
    const std::uint64_t address =
        index->address + 4 + static_cast<std::uint64_t>(std::int64_t{header.table_address});
    for (const ElfFile::Segment& segment : segments)
        if (is_loaded(segment) && address >= segment.address &&
            address - segment.address < segment.file_bytes)
            return Place{address, segment.offset + (address - segment.address),
                         segment.file_bytes - (address - segment.address)};
    return std::nullopt;
}

// In the section of this name, or of this address: that is where it ends.
std::optional<Place> place_by_section(const ElfFile& file, const std::optional<Place>& by_index) {
    const ElfFile::Section text = file.section_names();
    const auto names = file.piece(text.offset, text.bytes, kMostNameBytes);
    for (const ElfFile::Section& section : file.sections()) {
        if (section.type == SHT_NOBITS || (section.flags & SHF_COMPRESSED) != 0)
            continue;
        const bool has_name =
            names && section.name < names->size() && names->size() - section.name > kName.size() &&
            std::memcmp(names->data() + section.name, kName.data(), kName.size() + 1) == 0;
        if (by_index ? section.address == by_index->address : has_name)
            return Place{section.address, section.offset, section.bytes};
    }
    return std::nullopt;
}

std::optional<Place> place_of_table(const ElfFile& file) {
    const auto by_index = place_by_index(file);
    const auto by_section = place_by_section(file, by_index);
    return by_section ? by_section : by_index;
}

template <class T>
void append(std::vector<std::byte>& out, const T& value) {
    const auto bytes = std::as_bytes(std::span(&value, 1));
    out.insert(out.end(), bytes.begin(), bytes.end());
}

// An .eh_frame_hdr for a table at `address`. It stands at that address, too: nobody reads it there.
std::vector<std::byte> index_section(std::span<const FrameEntry> entries, std::uint64_t address) {
    // Version; how the address of the table, the number of entries and the entries are written: 8
    // bytes, 4 bytes, 4 signed bytes from where this section is.
    constexpr std::array<std::uint8_t, 4> kHeader = {1, 0x04, 0x03, 0x3b};
    std::vector<std::byte> out;
    out.reserve(16 + entries.size() * 8);
    append(out, kHeader);
    append(out, address);
    append(out, std::uint32_t{0});
    std::uint32_t count = 0;
    for (const FrameEntry& entry : entries) {
        const auto distance = static_cast<std::int64_t>(entry.function - address);
        if (distance < std::numeric_limits<std::int32_t>::min() ||
            distance > std::numeric_limits<std::int32_t>::max())
            continue;
        append(out, static_cast<std::int32_t>(distance));
        append(out, static_cast<std::int32_t>(entry.offset));
        ++count;
    }
    std::memcpy(out.data() + 12, &count, sizeof count);
    return out;
}

// The program as libdw shall see it: one segment of memory, without content, and the two tables.
class ElfWriter {
  public:
    ElfWriter(const ElfFile& file, std::uint64_t first_address, std::uint64_t end_address) {
        std::memcpy(header_.e_ident, ELFMAG, SELFMAG);
        header_.e_ident[EI_CLASS] = ELFCLASS64;
        header_.e_ident[EI_DATA] = ELFDATA2LSB;
        header_.e_ident[EI_VERSION] = EV_CURRENT;
        header_.e_type = file.type();
        header_.e_machine = file.machine();
        header_.e_version = EV_CURRENT;
        header_.e_ehsize = sizeof header_;
        header_.e_phoff = sizeof header_;
        header_.e_phentsize = sizeof(Elf64_Phdr);
        header_.e_phnum = 1;
        header_.e_shoff = sizeof header_ + sizeof program_;
        header_.e_shentsize = sizeof(Elf64_Shdr);
        header_.e_shnum = static_cast<Elf64_Half>(sections_.size());
        header_.e_shstrndx = kNames;
        program_.p_type = PT_LOAD;
        program_.p_flags = PF_R | PF_X;
        program_.p_vaddr = first_address;
        program_.p_memsz = end_address - first_address;
        program_.p_align = kPage;
    }

    std::vector<std::byte> write(std::span<const std::byte> index, const Place& place,
                                 std::span<const std::byte> table) {
        constexpr std::string_view kText("\0.eh_frame_hdr\0.eh_frame\0.names", 32);
        std::uint64_t end = header_.e_shoff + sizeof sections_;
        const auto put = [&](std::size_t number, std::uint32_t name, std::uint64_t address,
                             std::size_t bytes) {
            Elf64_Shdr& section = sections_[number];
            section.sh_name = name;
            section.sh_type = number == kNames ? SHT_STRTAB : SHT_PROGBITS;
            section.sh_flags = number == kNames ? 0 : SHF_ALLOC;
            section.sh_addr = address;
            section.sh_offset = end;
            section.sh_size = bytes;
            section.sh_addralign = 1;
            end = (end + bytes + 7) & ~std::uint64_t{7};
        };
        put(kNames, 25, 0, kText.size());
        put(kIndex, 1, place.address, index.size());
        put(kTable, 15, place.address, table.size());
        std::vector<std::byte> out(end);
        std::memcpy(out.data(), &header_, sizeof header_);
        std::memcpy(out.data() + header_.e_phoff, &program_, sizeof program_);
        std::memcpy(out.data() + header_.e_shoff, sections_.data(), sizeof sections_);
        std::memcpy(out.data() + sections_[kNames].sh_offset, kText.data(), kText.size());
        std::memcpy(out.data() + sections_[kIndex].sh_offset, index.data(), index.size());
        std::memcpy(out.data() + sections_[kTable].sh_offset, table.data(), table.size());
        return out;
    }

  private:
    static constexpr std::size_t kIndex = 1;
    static constexpr std::size_t kTable = 2;
    static constexpr std::size_t kNames = 3;

    Elf64_Ehdr header_{};
    Elf64_Phdr program_{};
    std::array<Elf64_Shdr, 4> sections_{};
};

} // namespace

Result<> UnwindTables::read_segments(const ElfFile& file) {
    first_address_ = std::numeric_limits<std::uint64_t>::max();
    for (const ElfFile::Segment& segment : file.segments()) {
        if (!is_loaded(segment))
            continue;
        if (segment.address > std::numeric_limits<std::uint64_t>::max() - segment.memory_bytes)
            return fail(Errc::malformed, "a segment beyond the end of memory");
        segments_.push_back({segment.offset, segment.address, segment.file_bytes});
        first_address_ = std::min(first_address_, segment.address & ~(kPage - 1));
        end_address_ = std::max(end_address_, segment.address + segment.memory_bytes);
    }
    return segments_.empty() ? fail(Errc::malformed, "an ELF file that cannot be run") : Result<>();
}

Result<UnwindTables> UnwindTables::load(int fd) {
    const auto file = ElfFile::open(fd);
    if (!file)
        return fail(file.error());
    const bool is_program = file->type() == ET_EXEC || file->type() == ET_DYN;
    if (!is_program || !file->is_64_bit())
        return fail(Errc::malformed, "no program of 64 bits");
    UnwindTables tables;
    if (auto done = tables.read_segments(*file); !done)
        return fail(std::move(done).error());
    const auto place = place_of_table(*file);
    if (!place)
        return fail(Errc::malformed, "no unwind tables");
    const auto table = file->piece(place->offset, place->bytes, kMostTableBytes);
    if (!table)
        return fail(table.error());
    const auto entries = index_of_eh_frame(*table, place->address);
    if (!entries)
        return fail(entries.error());
    if (entries->empty())
        return fail(Errc::malformed, "no unwind tables");
    ElfWriter writer(*file, tables.first_address_, tables.end_address_);
    tables.elf_ = writer.write(index_section(*entries, place->address), *place, *table);
    return tables;
}

std::optional<std::uint64_t> UnwindTables::bias_of(std::uint64_t start,
                                                   std::uint64_t file_offset) const {
    for (const Segment& segment : segments_) {
        // Whole pages are mapped.
        const std::uint64_t first = segment.offset & ~(kPage - 1);
        if (file_offset >= first && file_offset - first < segment.bytes + segment.offset - first)
            return start - file_offset + segment.offset - segment.address;
    }
    return std::nullopt;
}

} // namespace unfreed
