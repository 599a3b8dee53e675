// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.h"

#include <exception>
#include <new>

namespace unfreed {

// What `work` returns, a Result, or an error instead of what it throws: libraries may, and memory
// may run out. For work after which there is more to be done than to leave.
template <class Work>
auto caught(Work&& work) -> decltype(work()) {
    try {
        return work();
    } catch (const std::bad_alloc&) {
        return fail(Errc::limit, "out of memory"); // so short that it needs none
    } catch (const std::exception& error) {
        return fail(Errc::internal, error.what());
    }
}

} // namespace unfreed
