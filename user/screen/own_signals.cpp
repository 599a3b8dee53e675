// SPDX-License-Identifier: BSD-2-Clause
#include "screen/own_signals.h"

#include <cstddef>

namespace unfreed {
namespace {

void be_interrupted(int /*number*/) {}

} // namespace

OwnSignals::OwnSignals() {
    for (std::size_t i = 0; i < kKept.size(); ++i)
        ::sigaction(kKept.at(i), nullptr, &former_.at(i));
    struct sigaction action {};
    action.sa_handler = be_interrupted;
    action.sa_flags = SA_RESTART; // poll() is interrupted all the same
    ::sigaction(SIGWINCH, &action, &former_resize_);
}

OwnSignals::~OwnSignals() {
    ::sigaction(SIGWINCH, &former_resize_, nullptr);
}

void OwnSignals::keep() const {
    for (std::size_t i = 0; i < kKept.size(); ++i)
        ::sigaction(kKept.at(i), &former_.at(i), nullptr);
}

} // namespace unfreed
