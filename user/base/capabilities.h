// SPDX-License-Identifier: BSD-2-Clause
// The capabilities(7) of the calling thread.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <initializer_list>

namespace unfreed {

// include/uapi/linux/capability.h; the last ones are younger than some libcs.
enum class Capability : unsigned {
    chown = 0,
    dac_override = 1,
    dac_read_search = 2,
    fowner = 3,
    kill = 5,
    setgid = 6,
    setuid = 7,
    setpcap = 8,
    sys_ptrace = 19,
    sys_admin = 21,
    syslog = 34,
    perfmon = 38,            // 5.8
    bpf = 39,                // 5.8
    checkpoint_restore = 40, // 5.9
};

class CapabilitySet {
  public:
    constexpr CapabilitySet() = default;
    constexpr CapabilitySet(std::initializer_list<Capability> members) {
        for (const Capability one : members)
            bits_ |= bit(one);
    }
    static constexpr CapabilitySet of_bits(std::uint64_t bits) {
        CapabilitySet set;
        set.bits_ = bits;
        return set;
    }

    constexpr bool has(Capability one) const { return (bits_ & bit(one)) != 0; }
    constexpr std::uint64_t bits() const { return bits_; }
    constexpr CapabilitySet with(CapabilitySet other) const { return of_bits(bits_ | other.bits_); }
    constexpr CapabilitySet within(CapabilitySet other) const {
        return of_bits(bits_ & other.bits_);
    }
    constexpr CapabilitySet without(CapabilitySet other) const {
        return of_bits(bits_ & ~other.bits_);
    }
    bool operator==(const CapabilitySet&) const = default;

  private:
    static constexpr std::uint64_t bit(Capability one) {
        return std::uint64_t{1} << static_cast<unsigned>(one);
    }
    std::uint64_t bits_ = 0;
};

struct Capabilities {
    CapabilitySet effective;
    CapabilitySet permitted; // may be made effective
};
Result<Capabilities> read_capabilities();

// Gives up, for good and for every program that is started from now on, what is not in `permitted`,
// and for the moment what is not in `effective`. What this thread does not have it does not get.
// Sets no_new_privs: no set-user-ID program gives anything back.
Result<> reduce_capabilities(CapabilitySet effective, CapabilitySet permitted);

// Has a permitted capability in effect as long as it lives, for the thread that made it.
class RaisedCapability {
  public:
    explicit RaisedCapability(Capability wanted);
    RaisedCapability(const RaisedCapability&) = delete;
    RaisedCapability& operator=(const RaisedCapability&) = delete;
    ~RaisedCapability();

  private:
    bool raised_ = false;
    Capability wanted_;
};

} // namespace unfreed
