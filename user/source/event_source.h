// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.h"
#include "model/counters.h"
#include "model/event.h"
#include "model/object_key.h"
#include "model/snapshot.h"

#include <cstdint>
#include <functional>
#include <span>

namespace unfreed {

// Where events and the live set come from: a kernel, or a test. One thread only.
class EventSource {
  public:
    virtual ~EventSource() = default;

    // Becomes readable when drain() should be called early; -1: never.
    virtual int wait_fd() const = 0;
    // Hands over every event that waits, oldest first. Records that cannot be decoded are counted
    // (Counter::MALFORMED_RECORDS) and skipped.
    virtual Result<> drain(const std::function<void(const Event&)>& consume) = 0;
    // Copies the live objects born before a moment of CLOCK_MONOTONIC.
    virtual TableSnapshot read_table(std::uint64_t born_before_ns) = 0;
    // From now on stages and deaths of these objects come as events.
    virtual void promote(std::span<const ObjectKey> objects) = 0;
    // Forgets origins whose objects and process are gone, so that new ones find room; gives those
    // it forgot. The source keeps their births and deaths in its totals.
    virtual std::vector<RetiredOrigin> retire_origins(std::uint64_t idle_since_ns) = 0;
    // Births and deaths of all origins ever, forgotten ones too.
    virtual OriginCounts totals(const TableSnapshot& table) = 0;
    // What was not followed, by slab cache; empty where that is not counted.
    virtual Result<std::vector<UnfollowedCache>> read_unfollowed() = 0;
    // Every loss so far.
    virtual Result<> read_counters(Counters& counters) = 0;
};

} // namespace unfreed
