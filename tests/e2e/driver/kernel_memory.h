// SPDX-License-Identifier: BSD-2-Clause
// Reads the memory of the running kernel (/proc/kcore), its symbols and its type information: what
// a test needs to look into the kernel's own books without hooking anything.
#pragma once

#include <bpf/btf.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace unfreed::e2e {

// Where a member lies in its struct.
struct Field {
    std::uint32_t offset = 0; // bytes
    std::uint32_t shift = 0;  // of a bit field, in the 8 bytes at `offset`
    std::uint32_t bits = 0;   // of a bit field, 0: none
    bool exists = false;
};

class KernelMemory {
  public:
    // Null, with the reason in `why`, where the host does not show its memory.
    static std::unique_ptr<KernelMemory> open(std::string& why);
    KernelMemory(const KernelMemory&) = delete;
    KernelMemory& operator=(const KernelMemory&) = delete;
    ~KernelMemory();

    // False: not readable.
    bool read(std::uint64_t address, void* to, std::size_t bytes) const;
    std::uint64_t word(std::uint64_t address) const;
    std::uint64_t symbol(const std::string& name) const; // 0: hidden or absent

    Field field(const std::string& type, const std::string& member) const;
    std::uint32_t size_of(const std::string& type) const;
    // Value of an enumerator, `otherwise` where the kernel has none of this name.
    std::int64_t enumerator(const std::string& name, std::int64_t otherwise) const;

    // [start, end) of the parts of the direct mapping that are memory.
    struct Range {
        std::uint64_t start, end;
    };
    std::vector<Range> direct_mapping() const;

  private:
    struct Segment {
        std::uint64_t start, end, offset;
    };
    KernelMemory() = default;
    bool read_segments();
    bool read_symbols();

    int fd_ = -1;
    std::vector<Segment> segments_;
    std::map<std::string, std::uint64_t> symbols_;
    btf* btf_ = nullptr;
};

} // namespace unfreed::e2e
