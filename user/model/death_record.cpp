// SPDX-License-Identifier: BSD-2-Clause
#include "model/death_record.h"

#include "abi/older.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace unfreed {

std::uint64_t by_program(std::string_view comm) {
    std::array<__u64, UF_COMM_LEN / sizeof(__u64)> words{};
    // As the kernel has it: cut, and ended by a zero.
    std::memcpy(words.data(), comm.data(), std::min<std::size_t>(comm.size(), UF_COMM_LEN - 1));
    return uf_by_program(words.data());
}

std::uint64_t by_device(std::uint32_t device) {
    return uf_by_device(device);
}

bool is_device(std::uint64_t by) {
    return (by & UF_BY_DEVICE) != 0;
}

} // namespace unfreed
