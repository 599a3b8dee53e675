// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <chrono>
#include <future>

namespace unfreed::bpf {

// Waits for RCU grace periods: every program that was running at the call has ended, and what RCU
// callbacks queued before it will free is freed soon. A reader that stalls makes a grace period
// last for as long as it likes, and the call that waits for one cannot be interrupted: so it is
// made in a thread of its own, which is left behind.
class GracePeriod {
  public:
    // False: none has ended in that time. While that one lasts, later calls return false at once.
    bool wait(std::chrono::milliseconds patience);

  private:
    std::future<void> under_way_;
};

// The same for those who wait seldom.
bool wait_for_grace_period(std::chrono::milliseconds patience = std::chrono::seconds(3));

} // namespace unfreed::bpf
