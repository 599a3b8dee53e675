// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/inspect.h"
#include "base/clock.h"
#include "model/inspection.h"

namespace unfreed {

// The answer of the kernel side (bpf/abi/inspect.h) as values and words. Numbers of a socket are
// those that ss(8) shows under the same names.
// Times of the kernel come in ticks.
Inspection decode(const uf_inspect& answer, std::uint64_t jiffy_ns = unfreed::jiffy_ns());

} // namespace unfreed
