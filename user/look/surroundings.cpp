// SPDX-License-Identifier: BSD-2-Clause
#include "look/surroundings.h"

#include "base/unique_fd.h"
#include "bpf/grace_period.h"
#include "kernel_counts/reclaim_account.h"
#include "look/host_info.h"
#include "track/proc_process_reader.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

namespace unfreed::look {

Report::Host ProcSurroundings::host() {
    return read_host_info();
}

std::uint64_t ProcSurroundings::page_bytes() {
    return static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::uint64_t ProcSurroundings::processors() {
    return static_cast<std::uint64_t>(::sysconf(_SC_NPROCESSORS_CONF));
}

bool ProcSurroundings::has_reclaim_account(const std::string& cache) {
    return unfreed::has_reclaim_account(cache);
}

ProcessInfo ProcSurroundings::names_of(std::uint32_t tgid, std::uint64_t time_ns) {
    return ProcProcessReader().names_at(tgid, time_ns);
}

Result<> ProcSurroundings::drop_dentries_and_inodes() {
    constexpr const char* kDropCaches = "/proc/sys/vm/drop_caches";
    UniqueFd file(::open(kDropCaches, O_WRONLY | O_CLOEXEC));
    if (!file || ::write(file.get(), "2\n", 2) != 2)
        return fail_errno(Errc::permission, errno,
                          std::string("--probe-reclaim: cannot write to ") + kDropCaches);
    bpf::wait_for_grace_period();
    return {};
}

void ProcSurroundings::wait(std::chrono::milliseconds time) {
    std::this_thread::sleep_for(time);
}

} // namespace unfreed::look
