// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <initializer_list>
#include <vector>

struct sock_filter;

namespace unfreed::names {

// A list of system calls that are permitted; all others fail with EPERM. Those of another
// architecture end the process.
class SeccompFilter {
  public:
    SeccompFilter();
    SeccompFilter& allow(std::initializer_list<long> calls);
    // Only if none of these bits is set in the argument (of 32 bits).
    SeccompFilter& allow_without(long call, unsigned argument, std::uint32_t bits);
    // Puts it on this process for ever. False: the kernel refuses.
    bool install();

  private:
    void add(std::uint16_t code, std::uint32_t k, std::uint8_t if_true = 0,
             std::uint8_t if_false = 0);

    struct Instruction { // struct sock_filter
        std::uint16_t code;
        std::uint8_t if_true;
        std::uint8_t if_false;
        std::uint32_t k;
    };
    std::vector<Instruction> program_;
};

} // namespace unfreed::names
