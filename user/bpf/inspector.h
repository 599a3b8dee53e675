// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/inspect.h"
#include "base/result.h"
#include "bpf/object_table.h"

#include <memory>
#include <span>

struct inspect_bpf;

namespace unfreed::bpf {

// Reads objects inside the kernel, by a program that runs when it is called (bpf/inspect). Nothing
// is attached. One thread only.
class Inspector {
  public:
    static Result<Inspector> load();

    // Answers in place. Objects may be freed meanwhile: what was read counts only if the object's
    // slot is the same afterwards, which the caller checks.
    Result<> inspect(std::span<uf_inspect> questions);

  private:
    struct Delete {
        void operator()(inspect_bpf* skeleton) const;
    };
    Inspector() = default;
    Result<> run_batch(std::span<uf_inspect> questions);

    std::unique_ptr<inspect_bpf, Delete> skeleton_;
    MappedArray batch_;
};

} // namespace unfreed::bpf
