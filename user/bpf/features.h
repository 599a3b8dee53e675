// SPDX-License-Identifier: BSD-2-Clause
// What the running kernel really lets us load, attach and be called by.
#pragma once

#include "base/result.h"
#include "bpf/kernel_types.h"

#include <array>
#include <string>
#include <string_view>

namespace unfreed::bpf {

enum class AttachKind { raw_tp, fentry, fexit, lsm, kprobe, kretprobe };
inline constexpr std::size_t kAttachKinds = 6;
std::string_view to_string(AttachKind kind);

class KernelFeatures {
  public:
    struct Support {
        bool usable = false;
        std::string reason; // why not
    };

    // Tries one small program of each kind: load, attach, be called. Takes some 50 ms.
    static Result<KernelFeatures> probe(const KernelTypes& types);

    const Support& support(AttachKind kind) const {
        return support_[static_cast<std::size_t>(kind)];
    }
    void set(AttachKind kind, Support support) {
        support_[static_cast<std::size_t>(kind)] = std::move(support);
    }
    // Switches a kind off on the user's word ("fentry", "lsm", "kprobe"; fentry means fexit too).
    // False: no such kind.
    bool disable(std::string_view kind);

  private:
    std::array<Support, kAttachKinds> support_;
};

} // namespace unfreed::bpf
