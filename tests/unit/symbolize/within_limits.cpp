// SPDX-License-Identifier: BSD-2-Clause
#include "within_limits.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

namespace unfreed::testing {
namespace {

constexpr rlim_t kSeconds = 5;
constexpr rlim_t kMoreBytes = 256 * 1024 * 1024;

// A sanitizer has reserved terabytes of addresses, and a limit would only break it.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool kIsSanitized = true;
#elif defined(__has_feature)
constexpr bool kIsSanitized = __has_feature(address_sanitizer);
#else
constexpr bool kIsSanitized = false;
#endif

rlim_t bytes_now() {
    unsigned long pages = 0;
    if (std::FILE* file = std::fopen("/proc/self/statm", "re")) {
        if (std::fscanf(file, "%lu", &pages) != 1)
            pages = 0;
        std::fclose(file);
    }
    return pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE));
}

void limit(__rlimit_resource resource, rlim_t value) {
    const rlimit limits{value, value};
    if (::setrlimit(resource, &limits) != 0)
        ::_exit(3);
}

} // namespace

bool within_limits(const std::function<bool()>& is_right) {
    const pid_t child = ::fork();
    if (child == 0) {
        limit(RLIMIT_CORE, 0);
        limit(RLIMIT_CPU, kSeconds);
        if (!kIsSanitized)
            limit(RLIMIT_AS, bytes_now() + kMoreBytes);
        ::_exit(is_right() ? 0 : 2);
    }
    int status = -1;
    return child > 0 && ::waitpid(child, &status, 0) == child && status == 0;
}

} // namespace unfreed::testing
