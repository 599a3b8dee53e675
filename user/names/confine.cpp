// SPDX-License-Identifier: BSD-2-Clause
#include "names/confine.h"

#include "names/seccomp_filter.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <initializer_list>

#if defined(__SANITIZE_ADDRESS__)
#define UNFREED_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNFREED_SANITIZED 1
#endif
#endif

namespace unfreed::names {
namespace {

// The sanitizer reserves terabytes of addresses.
#ifdef UNFREED_SANITIZED
constexpr bool kLimitAddresses = false;
#else
constexpr bool kLimitAddresses = true;
#endif

// Programs of some 100 MB have symbols and unwind tables of some 10; the rest is room for one that
// is mapped.
constexpr rlim_t kNamerBytes = rlim_t{1} << 30;
constexpr rlim_t kOpenerBytes = rlim_t{256} << 20;
// The unwinder keeps the files of one process open.
constexpr rlim_t kDescriptors = 1024;

bool limit(__rlimit_resource resource, rlim_t most) {
    rlimit now{};
    if (::getrlimit(resource, &now) != 0)
        return false;
    if (now.rlim_max != RLIM_INFINITY && now.rlim_max < most)
        most = now.rlim_max;
    const rlimit wanted{most, most};
    return ::setrlimit(resource, &wanted) == 0;
}

bool set_limits(rlim_t bytes) {
    return (!kLimitAddresses || limit(RLIMIT_AS, bytes)) && limit(RLIMIT_CORE, 0) &&
           limit(RLIMIT_FSIZE, 0) && limit(RLIMIT_NOFILE, kDescriptors);
}

// In this order: what drops the bounding set is a capability itself.
bool keep_capabilities(std::initializer_list<unsigned> kept) {
    for (int capability = 0; ::prctl(PR_CAPBSET_READ, capability) >= 0; ++capability)
        ::prctl(PR_CAPBSET_DROP, capability); // fails where there is nothing to gain anyway
    ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, 2> data{};
    if (::syscall(SYS_capget, &header, data.data()) != 0)
        return false;
    for (unsigned word = 0; word < data.size(); ++word) {
        std::uint32_t mask = 0;
        for (const unsigned capability : kept)
            if (capability / 32 == word)
                mask |= 1u << capability % 32;
        data[word].permitted &= mask;
        data[word].effective = data[word].permitted;
        data[word].inheritable = 0;
    }
    return ::syscall(SYS_capset, &header, data.data()) == 0;
}

bool has_capability(unsigned capability) {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, 2> data{};
    return ::syscall(SYS_capget, &header, data.data()) == 0 &&
           (data[capability / 32].permitted & 1u << capability % 32) != 0;
}

bool close_the_door() {
    return ::prctl(PR_SET_DUMPABLE, 0) == 0 && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0;
}

SeccompFilter common_calls() {
    SeccompFilter filter;
    filter.allow({SYS_recvmsg, SYS_sendmsg, SYS_read, SYS_pread64, SYS_close, SYS_munmap,
                  SYS_mremap, SYS_madvise, SYS_brk, SYS_futex, SYS_clock_gettime, SYS_getrandom,
                  SYS_rt_sigreturn, SYS_restart_syscall, SYS_exit, SYS_exit_group});
    filter.allow_without(SYS_mmap, 2, PROT_EXEC);
    filter.allow_without(SYS_mprotect, 2, PROT_EXEC);
    return filter;
}

} // namespace

bool confine_namer() {
    if (!set_limits(kNamerBytes) || !keep_capabilities({}) || !close_the_door())
        return false;
    SeccompFilter filter = common_calls();
    filter.allow({SYS_fstat, SYS_newfstatat, SYS_lseek, SYS_fcntl});
    filter.allow_without(SYS_prlimit64, 0, 0xffffffff); // of itself
    return filter.install();
}

bool confine_opener() {
    // The first is enough for /proc/PID/map_files since 5.9.
    const unsigned for_mapped =
        has_capability(CAP_CHECKPOINT_RESTORE) ? CAP_CHECKPOINT_RESTORE : CAP_SYS_ADMIN;
    if (!set_limits(kOpenerBytes) ||
        !keep_capabilities({CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH, for_mapped}) || !close_the_door())
        return false;
    SeccompFilter filter = common_calls();
    filter.allow({SYS_statx, SYS_fstatfs, SYS_readlinkat, SYS_ppoll});
    filter.allow_without(SYS_openat, 2, O_ACCMODE | O_CREAT | O_TRUNC);
    return filter.install();
}

void allow_cpu_seconds(unsigned seconds) {
    timespec used{};
    if (::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) != 0)
        return;
    const rlimit wanted{static_cast<rlim_t>(used.tv_sec) + 1 + seconds, RLIM_INFINITY};
    ::setrlimit(RLIMIT_CPU, &wanted);
}

} // namespace unfreed::names
