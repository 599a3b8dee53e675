// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/holder.h"
#include "base/result.h"

#include <functional>
#include <memory>

struct holders_bpf;

namespace unfreed::bpf {

// Reads who holds what, by iterators over all processes (bpf/holders). One thread only.
class HolderReader {
  public:
    // Mapped files are left out where the kernel has no iterator over them (before 5.12).
    static Result<HolderReader> load();

    // Hands over every holder of every process, in no order. A process that starts or ends
    // meanwhile may be missing.
    Result<> read(const std::function<void(const uf_holder&)>& consume);

  private:
    struct Delete {
        void operator()(holders_bpf* skeleton) const;
    };
    HolderReader() = default;

    std::unique_ptr<holders_bpf, Delete> skeleton_;
};

} // namespace unfreed::bpf
