// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.h"
#include "model/event.h"
#include "model/object_key.h"
#include "model/snapshot.h"
#include "source/witness.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

namespace unfreed {

// Where events and the live set come from: a kernel, or a test. One thread only.
class EventSource : public Witness {
  public:
    // Becomes readable when drain() should be called early; -1: never.
    virtual int wait_fd() const = 0;
    // Hands over every event that waits, oldest first. Records that cannot be decoded are counted
    // (Counter::MALFORMED_RECORDS) and skipped.
    virtual Result<> drain(const std::function<void(const Event&)>& consume) = 0;
    // Copies the live objects born before a moment of CLOCK_MONOTONIC.
    virtual TableSnapshot read_table(std::uint64_t born_before_ns) = 0;
    // What is followed of all objects; it only ever gets less, by thin().
    virtual Sampling sampling() const = 0;
    struct TableFill {
        double share = 0; // of the table that is in use, right to about one percent
        std::size_t capacity = 0;
    };
    virtual TableFill table_fill() = 0;
    // Follows half of the objects it followed so far, and forgets the others. False: it may not.
    virtual bool thin() = 0;
    // From now on stages and deaths of these objects come as events.
    virtual void promote(std::span<const ObjectKey> objects) = 0;
    // The stacks of every birth of these origins are walked from now on, or no longer.
    virtual void walk_stacks(std::span<const OriginId> origins, bool walk) = 0;
    // Forgets origins whose objects and process are gone, so that new ones find room. `drain` is
    // called once what is in flight about them has arrived, then `forget` for each, before its
    // number can have another meaning. The source keeps their births and deaths in its totals.
    virtual void retire_origins(const std::function<void()>& drain,
                                const std::function<void(const RetiredOrigin&)>& forget) = 0;
    // Births and deaths of all origins ever, forgotten ones too; of a sample: estimates of all.
    virtual OriginCounts totals(const TableSnapshot& table) = 0;
};

} // namespace unfreed
