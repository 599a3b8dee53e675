// SPDX-License-Identifier: BSD-2-Clause
#include "names/seccomp_filter.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

#include <cerrno>
#include <cstddef>

namespace unfreed::names {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
#error "the architecture of system calls is not known"
#endif

constexpr std::uint32_t kRefuse = SECCOMP_RET_ERRNO | EPERM;
constexpr std::uint16_t kLoad = BPF_LD | BPF_W | BPF_ABS;
constexpr std::uint16_t kIfEqual = BPF_JMP | BPF_JEQ | BPF_K;
constexpr std::uint16_t kIfAnyBit = BPF_JMP | BPF_JSET | BPF_K;
constexpr std::uint16_t kReturn = BPF_RET | BPF_K;

// The lower half: both architectures are little-endian.
constexpr std::uint32_t argument_at(unsigned argument) {
    return static_cast<std::uint32_t>(offsetof(seccomp_data, args) + argument * 8);
}

} // namespace

SeccompFilter::SeccompFilter() {
    add(kLoad, offsetof(seccomp_data, arch));
    add(kIfEqual, kArchitecture, 1, 0);
    add(kReturn, SECCOMP_RET_KILL_PROCESS);
    add(kLoad, offsetof(seccomp_data, nr));
}

void SeccompFilter::add(std::uint16_t code, std::uint32_t k, std::uint8_t if_true,
                        std::uint8_t if_false) {
    program_.push_back({code, if_true, if_false, k});
}

SeccompFilter& SeccompFilter::allow(std::initializer_list<long> calls) {
    for (const long call : calls) {
        add(kIfEqual, static_cast<std::uint32_t>(call), 0, 1);
        add(kReturn, SECCOMP_RET_ALLOW);
    }
    return *this;
}

SeccompFilter& SeccompFilter::allow_without(long call, unsigned argument, std::uint32_t bits) {
    add(kIfEqual, static_cast<std::uint32_t>(call), 0, 4);
    add(kLoad, argument_at(argument));
    add(kIfAnyBit, bits, 0, 1);
    add(kReturn, kRefuse);
    add(kReturn, SECCOMP_RET_ALLOW);
    return *this;
}

bool SeccompFilter::install() {
    static_assert(sizeof(Instruction) == sizeof(sock_filter));
    add(kReturn, kRefuse);
    sock_fprog program{static_cast<unsigned short>(program_.size()),
                       reinterpret_cast<sock_filter*>(program_.data())};
    return ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

} // namespace unfreed::names
