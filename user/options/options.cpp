// SPDX-License-Identifier: BSD-2-Clause
#include "options/options.h"

#include <unistd.h>

#include <algorithm>
#include <bit>

namespace unfreed {

std::uint32_t ring_bytes(const Options& options) {
    if (options.ring_kib == 0)
        return 0;
    return std::max(std::bit_ceil(options.ring_kib * 1024),
                    static_cast<std::uint32_t>(::getpagesize()));
}

bool wants_every_group(const Options& options) {
    return !options.fail_on.empty() || options.known.hides() ||
           std::any_of(options.outputs.begin(), options.outputs.end(),
                       [](const auto& choice) { return choice.writer->every_group; });
}

bool lists_objects(const Options& options) {
    return std::any_of(options.outputs.begin(), options.outputs.end(), [](const auto& choice) {
        return !choice.writer->every_group || choice.writer->shows_objects;
    });
}

} // namespace unfreed
