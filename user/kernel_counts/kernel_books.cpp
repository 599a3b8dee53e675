// SPDX-License-Identifier: BSD-2-Clause
#include "kernel_counts/kernel_books.h"

#include "base/log.h"

#include <unistd.h>

#include <algorithm>

namespace unfreed {
namespace {

template <class T>
std::optional<T> or_nothing(Result<T> counts) {
    if (counts)
        return std::move(*counts);
    log::debug(counts.error().message);
    return std::nullopt;
}

} // namespace

KernelCounts ProcKernelBooks::read() {
    return {or_nothing(SlabInfo::read()), or_nothing(Sockstat::read()),
            or_nothing(DentryState::read()), or_nothing(SlabMemory::read()),
            or_nothing(read_memory_balance())};
}

unsigned ProcKernelBooks::cpus() {
    return static_cast<unsigned>(std::max(::sysconf(_SC_NPROCESSORS_ONLN), 1L));
}

} // namespace unfreed
