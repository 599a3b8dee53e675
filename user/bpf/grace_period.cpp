// SPDX-License-Identifier: BSD-2-Clause
#include "bpf/grace_period.h"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <thread>

namespace unfreed::bpf {

void wait_for_grace_period() {
    // Refused with nohz_full. Programs run for microseconds, in an emulator for milliseconds.
    if (::syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) != 0)
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
}

} // namespace unfreed::bpf
