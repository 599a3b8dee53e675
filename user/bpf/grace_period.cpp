// SPDX-License-Identifier: BSD-2-Clause
#include "bpf/grace_period.h"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <system_error>
#include <thread>
#include <utility>

namespace unfreed::bpf {
namespace {

void pass_grace_period() {
    // Refused with nohz_full. Programs run for microseconds, in an emulator for milliseconds.
    if (::syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) != 0)
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
}

// A thread that is made while this lives gets no signal: it may outlive the moment in which the
// main thread takes them.
class SignalsBlocked {
  public:
    SignalsBlocked() {
        sigset_t all;
        sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;
    ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  private:
    sigset_t before_{};
};

} // namespace

bool GracePeriod::wait(std::chrono::milliseconds patience) {
    // One that began before this call proves nothing of what ran at it.
    if (under_way_.valid() &&
        under_way_.wait_for(std::chrono::seconds(0)) != std::future_status::ready)
        return false;
    std::packaged_task<void()> task(pass_grace_period);
    under_way_ = task.get_future();
    try {
        const SignalsBlocked blocked;
        std::thread(std::move(task)).detach();
    } catch (const std::system_error&) { // no thread to be had
        under_way_ = {};
        pass_grace_period();
        return true;
    }
    return under_way_.wait_for(patience) == std::future_status::ready;
}

bool wait_for_grace_period(std::chrono::milliseconds patience) {
    return GracePeriod().wait(patience);
}

} // namespace unfreed::bpf
