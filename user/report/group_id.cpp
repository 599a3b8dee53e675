// SPDX-License-Identifier: BSD-2-Clause
#include "report/group_id.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace unfreed {
namespace {

// FNV-1a, 64 bits. Fields end with a byte that no UTF-8 text holds, so that ("ab", "c") and
// ("a", "bc") differ.
class Hash {
  public:
    void add(std::string_view text) {
        for (char byte : text)
            add_byte(static_cast<unsigned char>(byte));
        add_byte(0xff);
    }
    void add(std::uint64_t number) { add(fmt::format("{:x}", number)); }
    std::uint64_t value() const { return value_; }

  private:
    void add_byte(unsigned char byte) { value_ = (value_ ^ byte) * 0x100000001b3; }
    std::uint64_t value_ = 0xcbf29ce484222325;
};

// With CONFIG_RANDOM_KMALLOC_CACHES each boot spreads call sites over the copies anew.
std::string without_random_copy(std::string_view cache) {
    constexpr std::string_view kPrefix = "kmalloc-rnd-";
    if (!cache.starts_with(kPrefix))
        return std::string(cache);
    const std::size_t dash = cache.find('-', kPrefix.size());
    return "kmalloc" + std::string(cache.substr(std::min(dash, cache.size())));
}

void add_stack(Hash& hash, std::span<const Frame> stack) {
    hash.add(stack.size());
    for (const Frame& frame : stack) {
        hash.add(frame.function);
        hash.add(frame.module);
        // In no file and no function an offset would be an address.
        const bool in_file = frame.module.starts_with('/');
        hash.add(frame.function.empty() && !in_file ? 0 : frame.offset);
    }
}

} // namespace

std::string group_id(std::string_view object_class, std::string_view cache,
                     std::span<const Frame> kernel_stack, std::span<const Frame> user_stack,
                     std::string_view exe) {
    Hash hash;
    hash.add(object_class);
    hash.add(without_random_copy(cache));
    hash.add(exe);
    add_stack(hash, kernel_stack);
    add_stack(hash, user_stack);
    // The upper bits of FNV are the better mixed ones.
    return fmt::format("{:012x}", hash.value() >> 16);
}

} // namespace unfreed
