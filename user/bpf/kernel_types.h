// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <memory>

struct btf;

namespace unfreed::bpf {

// The type information of the running kernel. Reading it is 5 MB in pages of 4 KiB, and all of it
// is looked through: once is enough, where libbpf would do so for each object. About 11 MB while it
// lives.
class KernelTypes {
  public:
    static KernelTypes read();

    const btf* get() const { return btf_.get(); } // nullptr: it cannot be read

  private:
    struct Free {
        void operator()(btf* types) const;
    };
    std::unique_ptr<btf, Free> btf_;
};

} // namespace unfreed::bpf
