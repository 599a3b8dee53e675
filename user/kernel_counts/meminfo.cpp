// SPDX-License-Identifier: BSD-2-Clause
#include "kernel_counts/meminfo.h"

#include "base/read_file.h"
#include "kernel_counts/fields.h"

#include <optional>

namespace unfreed {

Result<SlabMemory> SlabMemory::parse(std::string_view text) {
    std::optional<std::uint64_t> all, reclaimable;
    while (!text.empty()) {
        std::string_view line = take_line(text);
        const std::string_view name = take_word(line);
        if (name == "Slab:")
            all = to_number<std::uint64_t>(take_word(line));
        else if (name == "SReclaimable:")
            reclaimable = to_number<std::uint64_t>(take_word(line));
    }
    if (!all || !reclaimable)
        return fail(Errc::malformed, "meminfo has no Slab or no SReclaimable");
    return SlabMemory{*all * 1024, *reclaimable * 1024};
}

Result<SlabMemory> SlabMemory::read(const std::string& path) {
    auto text = read_file(path);
    if (!text)
        return fail(std::move(text.error()));
    return parse(*text);
}

} // namespace unfreed
