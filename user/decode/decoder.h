// SPDX-License-Identifier: BSD-2-Clause
// Raw bytes of the ring buffer (or of a recorded file) to validated values.
#pragma once

#include "base/result.h"
#include "model/event.h"

#include <cstddef>
#include <span>

namespace unfreed {

// Decodes one record (bpf/abi/events.h). The bytes need no alignment and are not kept. What comes
// back has been checked: the size is that of its type, counts and enums are in range, strings were
// terminated. Strings are passed on as they are, UTF-8 or not. Fails with Errc::malformed and the
// field that is wrong. Stateless: may be called from any thread. Throws nothing but bad_alloc.
Result<Event> decode(std::span<const std::byte> record);

} // namespace unfreed
