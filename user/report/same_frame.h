// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "model/report.h"

#include <cstdint>
#include <functional>
#include <string_view>
#include <tuple>

namespace unfreed {

// For tables of frames: thousands of stacks are made of few. Hash and equality, of what a pointer
// points to.
struct SameFrame {
    static auto fields_of(const Frame& frame) {
        return std::tie(frame.function, frame.module, frame.file, frame.offset, frame.line,
                        frame.inlined, frame.address);
    }
    std::size_t operator()(const Frame* frame) const {
        return std::hash<std::string_view>()(frame->function) ^
               std::hash<std::uint64_t>()(frame->address + frame->offset);
    }
    bool operator()(const Frame* a, const Frame* b) const { return fields_of(*a) == fields_of(*b); }
};

} // namespace unfreed
