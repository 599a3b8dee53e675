// SPDX-License-Identifier: BSD-2-Clause
#pragma once

namespace unfreed::bpf {

// Returns after an RCU grace period: every program that was running at the call has ended, and what
// RCU callbacks queued before it will free is freed soon.
void wait_for_grace_period();

} // namespace unfreed::bpf
