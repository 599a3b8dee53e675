// SPDX-License-Identifier: BSD-2-Clause
#include "symbolize/elf_file.h"

#include <elf.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace unfreed {
namespace {

// Programs have a dozen.
constexpr std::size_t kMostSegments = 512;
// One has some 40; a build that keeps every function in a section of its own may have thousands.
// There are never as many as the special numbers (SHN_LORESERVE).
constexpr std::size_t kMostSections = 0xff00;

tl::unexpected<Error> malformed(std::string_view what) {
    return fail(Errc::malformed, fmt::format("not a readable ELF file: {}", what));
}

template <class Entry>
Result<std::vector<Entry>> table(const ElfFile& file, std::uint64_t offset, std::size_t count,
                                 std::size_t entry_bytes) {
    if (count != 0 && entry_bytes != sizeof(Entry))
        return malformed("entries of another size");
    std::vector<Entry> entries(count);
    if (auto done = file.read(offset, std::as_writable_bytes(std::span(entries))); !done)
        return fail(std::move(done).error());
    return entries;
}

} // namespace

Result<> ElfFile::read(std::uint64_t offset, std::span<std::byte> into) const {
    if (offset > file_bytes_ || into.size() > file_bytes_ - offset)
        return malformed("it ends too early");
    while (!into.empty()) {
        const ssize_t got =
            ::pread(fd_, into.data(), into.size(), static_cast<off_t>(offset)); // below its size
        if (got > 0) {
            offset += static_cast<std::uint64_t>(got);
            into = into.subspan(static_cast<std::size_t>(got));
        } else if (got == 0) {
            return malformed("it became shorter");
        } else if (errno != EINTR) {
            return fail_errno(Errc::io, errno, "cannot read an ELF file");
        }
    }
    return {};
}

Result<std::vector<std::byte>> ElfFile::piece(std::uint64_t offset, std::uint64_t bytes,
                                              std::uint64_t most_bytes) const {
    if (bytes > most_bytes)
        return fail(Errc::limit, fmt::format("{} bytes of an ELF file, which is more than {}",
                                             bytes, most_bytes));
    if (offset > file_bytes_ || bytes > file_bytes_ - offset)
        return malformed("it ends too early"); // before there is memory for it
    std::vector<std::byte> data(static_cast<std::size_t>(bytes));
    if (auto done = read(offset, data); !done)
        return fail(std::move(done).error());
    return data;
}

template <class Header, class Program, class SectionHeader>
Result<> ElfFile::read_headers() {
    Header header;
    if (auto done = read(0, std::as_writable_bytes(std::span(&header, 1))); !done)
        return done;
    machine_ = header.e_machine;
    type_ = header.e_type;
    if (header.e_phnum > kMostSegments)
        return fail(Errc::limit, fmt::format("an ELF file of {} segments", header.e_phnum));
    const auto segments = table<Program>(*this, header.e_phoff, header.e_phnum, header.e_phentsize);
    if (!segments)
        return fail(segments.error());
    for (const Program& one : *segments)
        segments_.push_back({one.p_type, one.p_offset, one.p_vaddr, one.p_filesz, one.p_memsz});
    section_names_ = header.e_shstrndx;
    if (header.e_shoff == 0 || header.e_shnum > kMostSections)
        return {};
    const auto sections =
        table<SectionHeader>(*this, header.e_shoff, header.e_shnum, header.e_shentsize);
    for (std::size_t i = 0; sections && i < sections->size(); ++i) {
        const SectionHeader& one = (*sections)[i];
        sections_.push_back({one.sh_name, one.sh_type, one.sh_link, one.sh_flags, one.sh_addr,
                             one.sh_offset, one.sh_size, one.sh_entsize});
    }
    return {};
}

ElfFile::Section ElfFile::section_names() const {
    return section_names_ < sections_.size() ? sections_[section_names_] : Section();
}

Result<ElfFile> ElfFile::open(int fd) {
    ElfFile file(fd);
    struct stat info {};
    if (::fstat(fd, &info) != 0)
        return fail_errno(Errc::io, errno, "cannot read an ELF file");
    file.file_bytes_ = info.st_size > 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
    std::array<unsigned char, EI_NIDENT> ident{};
    if (auto done = file.read(0, std::as_writable_bytes(std::span(ident))); !done)
        return fail(std::move(done).error());
    if (std::memcmp(ident.data(), ELFMAG, SELFMAG) != 0 || ident[EI_DATA] != ELFDATA2LSB)
        return malformed("no such header");
    file.is_64_bit_ = ident[EI_CLASS] == ELFCLASS64;
    if (!file.is_64_bit_ && ident[EI_CLASS] != ELFCLASS32)
        return malformed("no such class");
    auto done = file.is_64_bit_ ? file.read_headers<Elf64_Ehdr, Elf64_Phdr, Elf64_Shdr>()
                                : file.read_headers<Elf32_Ehdr, Elf32_Phdr, Elf32_Shdr>();
    if (!done)
        return fail(std::move(done).error());
    return file;
}

} // namespace unfreed
