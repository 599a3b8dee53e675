// SPDX-License-Identifier: BSD-2-Clause
// What the kernel side says of an object is read out of an object that may be freed meanwhile.
#include "abi/inspect.h"
#include "decode/inspection.h"
#include "fuzz.h"

#include <algorithm>

FUZZ(inspection, input) {
    uf_inspect answer;
    std::memset(&answer, 0, sizeof(answer));
    if (!input.empty())
        std::memcpy(&answer, input.data(), std::min(input.size(), sizeof(answer)));
    (void)unfreed::decode(answer, 4'000'000);
}
