// SPDX-License-Identifier: BSD-2-Clause
// The stack and the registers of any process, with tables of any program: through libdw.
#include "base/unique_fd.h"
#include "fuzz.h"
#include "symbolize/user_unwinder.h"

#include <elf.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

using namespace unfreed;

namespace {

constexpr std::size_t kStackBytes = 256;
constexpr std::uint64_t kStart = 0x400000;

// Where the file that is open as fd is the one program of a process.
ProcessMaps maps_of(int fd) {
    struct stat info {};
    ::fstat(fd, &info);
    return ProcessMaps::parse(fmt::format("{:x}-{:x} r-xp 00000000 {:02x}:{:02x} {} "
                                          "/proc/self/fd/{}",
                                          kStart, kStart + 0x100000, gnu_dev_major(info.st_dev),
                                          gnu_dev_minor(info.st_dev), info.st_ino, fd));
}

} // namespace

// One byte, the stack, the program.
FUZZ(unwinder, input) {
    const bool is_arm = fuzz::choice(input) % 2 != 0;
    if (input.size() < kStackBytes)
        return;
    UserStackCopy copy;
    copy.machine = is_arm ? EM_AARCH64 : EM_X86_64;
    copy.start = 0x7ffd00000000;
    copy.bytes = fuzz::bytes(input.first(kStackBytes));
    copy.registers.assign(is_arm ? 33 : 17, copy.start);
    std::uint16_t at = 0; // the first word says where the process was
    std::memcpy(&at, copy.bytes.data(), sizeof(at));
    copy.registers.back() = kStart + at;
    const UniqueFd fd(::memfd_create("elf", MFD_CLOEXEC));
    const auto program = input.subspan(kStackBytes);
    if (::write(fd.get(), program.data(), program.size()) != static_cast<ssize_t>(program.size()))
        return;
    const ProcessMaps maps = maps_of(fd.get());
    UserUnwinder unwinder;
    fuzz::require(unwinder.unwind(copy, maps).addresses.size() <= 128);
}
