// SPDX-License-Identifier: BSD-2-Clause
#include "model/counters.h"

#include "model/counter.h"

#include <iterator>

namespace unfreed {
namespace {

struct Row {
    const char* name;
    Severity severity;
    const char* sentence;
};

constexpr Row kRows[] = {
#define UF_COUNTER(id, name, severity, sentence) {#name, Severity::severity, sentence},
#include "abi/counters.def"
#undef UF_COUNTER
};

} // namespace

std::vector<Loss> Counters::to_losses() const {
    static_assert(static_cast<std::size_t>(Counter::count_) <= kMost);
    std::vector<Loss> losses;
    losses.reserve(std::size(kRows));
    for (std::size_t i = 0; i < std::size(kRows); ++i)
        losses.push_back(Loss{kRows[i].name, values_[i], kRows[i].severity, kRows[i].sentence});
    return losses;
}

bool Counters::complete() const {
    for (std::size_t i = 0; i < std::size(kRows); ++i)
        if (values_[i] != 0 && kRows[i].severity >= Severity::data_loss)
            return false;
    return true;
}

} // namespace unfreed
