// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <memory>

namespace unfreed {

// Calls a C function to destroy what a C library made.
template <auto destroy>
struct CDelete {
    template <class T>
    void operator()(T* object) const {
        destroy(object);
    }
};

// unique_ptr for the handle of a C library, e.g. CPtr<bpf_link, bpf_link__destroy>.
template <class T, auto destroy>
using CPtr = std::unique_ptr<T, CDelete<destroy>>;

} // namespace unfreed
