// SPDX-License-Identifier: BSD-2-Clause
#include "tiny_elf.h"

#include <elf.h>
#include <sys/stat.h>

#include <cstring>
#include <fstream>

namespace unfreed::testing {
namespace {

constexpr std::uint64_t kTextOffset = 0x1000;
constexpr std::uint64_t kTextBytes = 0x1000;

template <class T>
std::uint64_t append(std::string& out, const T& value) {
    const std::uint64_t at = out.size();
    out.resize(out.size() + sizeof value);
    std::memcpy(out.data() + at, &value, sizeof value);
    return at;
}

} // namespace

std::string TinyElf::bytes() const {
    std::string out(kTextOffset + kTextBytes, '\0');
    std::string names(1, '\0');
    const std::uint64_t symbols_at = append(out, Elf64_Sym{});
    for (const Symbol& symbol : symbols) {
        Elf64_Sym entry{};
        entry.st_name = static_cast<Elf64_Word>(names.size());
        entry.st_info = static_cast<unsigned char>(symbol.bind << 4 | symbol.type);
        entry.st_shndx = 1;
        entry.st_value = symbol.address;
        entry.st_size = symbol.size;
        append(out, entry);
        names.append(symbol.name).push_back('\0');
    }
    const std::uint64_t names_at = out.size();
    out += names;
    out.resize((out.size() + 7) & ~std::size_t{7});

    Elf64_Shdr table{};
    table.sh_type = SHT_SYMTAB;
    table.sh_offset = symbols_at;
    table.sh_size = names_at - symbols_at;
    table.sh_entsize = sizeof(Elf64_Sym);
    table.sh_link = 2;
    Elf64_Shdr strings{};
    strings.sh_type = SHT_STRTAB;
    strings.sh_offset = names_at;
    strings.sh_size = names.size();
    Elf64_Ehdr header{};
    header.e_shoff = append(out, Elf64_Shdr{});
    append(out, table);
    append(out, strings);

    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    header.e_type = ET_EXEC;
    header.e_machine = EM_X86_64;
    header.e_version = EV_CURRENT;
    header.e_ehsize = sizeof header;
    header.e_phoff = sizeof header;
    header.e_phentsize = sizeof(Elf64_Phdr);
    header.e_phnum = 1;
    header.e_shentsize = sizeof(Elf64_Shdr);
    header.e_shnum = 3;
    Elf64_Phdr text{};
    text.p_type = PT_LOAD;
    text.p_offset = kTextOffset;
    text.p_vaddr = load_address;
    text.p_filesz = text.p_memsz = kTextBytes;
    std::memcpy(out.data(), &header, sizeof header);
    std::memcpy(out.data() + sizeof header, &text, sizeof text);
    return out;
}

std::uint64_t TinyElf::write(const std::string& path) const {
    std::ofstream(path, std::ios::binary) << bytes();
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 ? info.st_ino : 0;
}

} // namespace unfreed::testing
