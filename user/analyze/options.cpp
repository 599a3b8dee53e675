// SPDX-License-Identifier: BSD-2-Clause
#include "analyze/options.h"

namespace unfreed {

std::vector<std::uint64_t> normalized_stack(const std::vector<std::uint64_t>& kernel_stack,
                                            const AnalyzeOptions& options) {
    return options.normalize ? options.normalize(kernel_stack) : kernel_stack;
}

} // namespace unfreed
