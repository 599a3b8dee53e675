// SPDX-License-Identifier: BSD-2-Clause
#include "kernel_memory.h"

#include <elf.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <set>

namespace unfreed::e2e {
namespace {

// All that slab_walk.cpp asks for: the whole of kallsyms is long.
const std::set<std::string> kWanted = {"vmemmap_base", "page_offset_base", "__per_cpu_offset",
                                       "slab_caches"};

// Members of anonymous structs and unions belong to the struct around them.
bool find_member(const btf* types, std::uint32_t type_id, const char* name, std::uint32_t base_bits,
                 Field& found) {
    const btf_type* type =
        btf__type_by_id(types, static_cast<std::uint32_t>(btf__resolve_type(types, type_id)));
    if (type == nullptr || !btf_is_composite(type))
        return false;
    const btf_member* members = btf_members(type);
    for (std::uint32_t i = 0; i < btf_vlen(type); ++i) {
        const std::uint32_t at = base_bits + btf_member_bit_offset(type, i);
        const char* member = btf__name_by_offset(types, members[i].name_off);
        if (*member == '\0') {
            if (find_member(types, members[i].type, name, at, found))
                return true;
        } else if (std::strcmp(member, name) == 0) {
            found.bits = btf_member_bitfield_size(type, i);
            found.shift = found.bits != 0 ? at % 64 : 0;
            found.offset = (at - found.shift) / 8;
            found.exists = true;
            return true;
        }
    }
    return false;
}

} // namespace

std::unique_ptr<KernelMemory> KernelMemory::open(std::string& why) {
    std::unique_ptr<KernelMemory> memory(new KernelMemory);
    memory->fd_ = ::open("/proc/kcore", O_RDONLY | O_CLOEXEC);
    if (memory->fd_ < 0 || !memory->read_segments()) {
        why = std::string("/proc/kcore: ") + std::strerror(errno);
        return nullptr;
    }
    if (!memory->read_symbols()) {
        why = "/proc/kallsyms lacks symbols of data";
        return nullptr;
    }
    memory->btf_ = btf__load_vmlinux_btf();
    if (memory->btf_ == nullptr) {
        why = "the kernel has no type information";
        return nullptr;
    }
    return memory;
}

KernelMemory::~KernelMemory() {
    if (fd_ >= 0)
        ::close(fd_);
    btf__free(btf_);
}

bool KernelMemory::read_segments() {
    Elf64_Ehdr header{};
    if (::pread(fd_, &header, sizeof(header), 0) != sizeof(header))
        return false;
    std::vector<Elf64_Phdr> programs(header.e_phnum);
    const auto bytes = static_cast<ssize_t>(programs.size() * sizeof(Elf64_Phdr));
    if (::pread(fd_, programs.data(), static_cast<std::size_t>(bytes),
                static_cast<off_t>(header.e_phoff)) != bytes)
        return false;
    for (const Elf64_Phdr& program : programs)
        if (program.p_type == PT_LOAD)
            segments_.push_back(
                {program.p_vaddr, program.p_vaddr + program.p_memsz, program.p_offset});
    return !segments_.empty();
}

bool KernelMemory::read_symbols() {
    std::ifstream in("/proc/kallsyms");
    for (std::string address, type, name; in >> address >> type >> name;) {
        if (kWanted.contains(name) && !symbols_.contains(name))
            symbols_[name] = std::stoull(address, nullptr, 16);
        in.ignore(4096, '\n');
    }
    for (const std::string& name : kWanted)
        if (symbol(name) == 0)
            return false;
    return true;
}

bool KernelMemory::read(std::uint64_t address, void* to, std::size_t bytes) const {
    for (const Segment& segment : segments_)
        if (address >= segment.start && address + bytes <= segment.end)
            return ::pread(fd_, to, bytes,
                           static_cast<off_t>(segment.offset + (address - segment.start))) ==
                   static_cast<ssize_t>(bytes);
    return false;
}

std::uint64_t KernelMemory::word(std::uint64_t address) const {
    std::uint64_t value = 0;
    return read(address, &value, sizeof(value)) ? value : 0;
}

std::uint64_t KernelMemory::symbol(const std::string& name) const {
    const auto found = symbols_.find(name);
    return found == symbols_.end() ? 0 : found->second;
}

Field KernelMemory::field(const std::string& type, const std::string& member) const {
    Field found;
    const int id = btf__find_by_name_kind(btf_, type.c_str(), BTF_KIND_STRUCT);
    if (id > 0)
        find_member(btf_, static_cast<std::uint32_t>(id), member.c_str(), 0, found);
    return found;
}

std::uint32_t KernelMemory::size_of(const std::string& type) const {
    const int id = btf__find_by_name_kind(btf_, type.c_str(), BTF_KIND_STRUCT);
    return id > 0 ? btf__type_by_id(btf_, static_cast<std::uint32_t>(id))->size : 0;
}

std::int64_t KernelMemory::enumerator(const std::string& name, std::int64_t otherwise) const {
    for (std::uint32_t id = 1; id < btf__type_cnt(btf_); ++id) {
        const btf_type* type = btf__type_by_id(btf_, id);
        if (!btf_is_enum(type))
            continue;
        const struct btf_enum* values = ::btf_enum(type);
        for (std::uint32_t i = 0; i < btf_vlen(type); ++i)
            if (name == btf__name_by_offset(btf_, values[i].name_off))
                return values[i].val;
    }
    return otherwise;
}

std::vector<KernelMemory::Range> KernelMemory::direct_mapping() const {
    const std::uint64_t start = word(symbol("page_offset_base"));
    const std::uint64_t end = word(symbol("vmemmap_base"));
    std::vector<Range> ranges;
    // The vmalloc area lies between the direct mapping and vmemmap and is a terabyte or more.
    for (const Segment& segment : segments_)
        if (segment.start >= start && segment.end <= end &&
            segment.end - segment.start < 1ULL << 40)
            ranges.push_back({segment.start, segment.end});
    return ranges;
}

} // namespace unfreed::e2e
